//! What is done before a reply's action. None of it takes time: nobody listens.

use voxwire::svaml::Instruction;

use super::Course;
use crate::exit::Failure;

impl Course<'_, '_> {
    pub(super) async fn instruct(&mut self, instruction: &Instruction<'_>) -> Result<(), Failure> {
        match instruction {
            Instruction::Answer => {
                self.leg.answer();
                self.trace.note("takes the call");
            }
            Instruction::Say(say) => self.trace.note(format_args!("says {:?}", say.text)),
            // Where they lie may be a secret.
            Instruction::PlayFiles(files) => {
                let count = files.ids.iter().count();
                self.trace.note(format_args!("plays {count} prompt{}", plural(count)));
            }
            Instruction::SendDtmf(keys) => {
                let count = keys.value.len();
                self.trace.note(format_args!("sends {count} key{}", plural(count)));
            }
            Instruction::SetCookie(cookie) => {
                self.leg.keep(cookie.key.to_string(), cookie.value.to_string());
                self.trace.note(format_args!("keeps the cookie {:?}", cookie.key));
            }
            Instruction::StartRecording(recording) => {
                self.leg.record(recording.options.notification_events != Some(false));
                self.trace.note("begins a recording");
            }
            Instruction::StopRecording => {
                self.trace.note("ends the recording");
                self.leg.stop_recording(self.trace).await?;
            }
            other => self.trace.note(format_args!("passes over {:?}, which nobody knows", other.name())),
        }
        Ok(())
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
