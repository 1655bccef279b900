//! The bodies of callbacks, as Sinch writes them (Voice v1, callbacks).

use serde::Serialize;
use voxwire::Utc;
use voxwire::callback::{AmdReason, AmdStatus, CallbackEvent, Domain, InputMethod, Notification};

use super::end::End;
use super::menu::MenuEnd;

/// What the callbacks of a call have in common, and who talks to whom.
pub(super) struct Facts {
    pub(super) call_id: String,
    pub(super) application_key: Option<String>,
    pub(super) conference_id: Option<String>,
    pub(super) custom: String,
    pub(super) from: String,
    pub(super) to: To,
    /// What the application had kept with the call.
    pub(super) cookies: Vec<Pair>,
}

/// Who is called.
#[derive(Clone, Debug, Serialize)]
pub(super) struct To {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) endpoint: String,
}

#[derive(Clone, Serialize)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: String,
}

/// What a callback is about.
#[derive(Clone, Copy)]
pub(super) enum About<'e> {
    Incoming,
    Answered(Option<Verdict>),
    MenuEnded(&'e MenuEnd),
    Ended(End),
    RecordingFinished,
    /// The verdict that comes while the call goes on.
    Detected(Verdict),
}

/// What the detection of answering machines has found, or that it is still at it.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub(super) status: AmdStatus,
    pub(super) reason: AmdReason,
}

impl About<'_> {
    pub(super) const fn event(&self) -> CallbackEvent {
        match self {
            Self::Incoming => CallbackEvent::Ice,
            Self::Answered(_) => CallbackEvent::Ace,
            Self::MenuEnded(_) => CallbackEvent::Pie,
            Self::Ended(_) => CallbackEvent::Dice,
            Self::RecordingFinished | Self::Detected(_) => CallbackEvent::Notify,
        }
    }
}

/// The body of a callback.
pub(super) fn body(facts: &Facts, about: About<'_>, now: Utc) -> String {
    let is_notify = about.event() == CallbackEvent::Notify;
    let body = Body {
        event: about.event().as_str(),
        callid: &facts.call_id,
        // A notification has neither.
        timestamp: (!is_notify).then(|| Utc::new(now.seconds(), 0).to_string()),
        application_key: facts.application_key.as_deref().filter(|_| !is_notify),
        version: 1,
        custom: &facts.custom,
        conference_id: facts.conference_id.as_deref(),
        cookies: &facts.cookies,
        about: Members::of(facts, about),
    };
    serde_json::to_string(&body).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'f> {
    event: &'static str,
    callid: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    version: u64,
    custom: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_key: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conference_id: Option<&'f str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cookies: &'f [Pair],
    #[serde(flatten)]
    about: Members<'f>,
}

/// What each event has for itself.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Members<'f> {
    Ice {
        call_resource_url: String,
        user_rate: Money,
        cli: &'f str,
        to: &'f To,
        domain: &'static str,
        origination_type: &'static str,
        rdnis: &'static str,
        duration: u64,
    },
    Ace {
        #[serde(skip_serializing_if = "Option::is_none")]
        amd: Option<Amd>,
    },
    Pie {
        menu_result: MenuResult<'f>,
    },
    Dice {
        reason: &'static str,
        result: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        duration: Option<u64>,
        debit: Money,
        user_rate: Money,
        to: &'f To,
        from: &'f str,
    },
    Notify {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        amd: Option<Amd>,
    },
}

impl<'f> Members<'f> {
    fn of(facts: &'f Facts, about: About<'f>) -> Self {
        match about {
            About::Incoming => Self::Ice {
                call_resource_url: format!(
                    "https://calling.api.example/calling/v1/calls/id/{}",
                    facts.call_id
                ),
                user_rate: Money::NOTHING,
                cli: &facts.from,
                to: &facts.to,
                domain: Domain::Pstn.as_str(),
                origination_type: "PSTN",
                rdnis: "",
                duration: 0,
            },
            About::Answered(verdict) => Self::Ace { amd: verdict.map(Amd::from) },
            About::MenuEnded(end) => Self::Pie {
                menu_result: MenuResult {
                    menu_id: &end.menu,
                    kind: end.kind.as_str(),
                    input_method: InputMethod::Dtmf.as_str(),
                    value: end.value.as_deref(),
                },
            },
            About::Ended(end) => Self::Dice {
                reason: end.reason.as_str(),
                result: end.result.as_str(),
                duration: end.seconds(),
                debit: Money::NOTHING,
                user_rate: Money::NOTHING,
                to: &facts.to,
                from: &facts.from,
            },
            About::RecordingFinished => {
                Self::Notify { kind: Notification::RecordingFinished.as_str(), amd: None }
            }
            About::Detected(verdict) => {
                Self::Notify { kind: Notification::Amd.as_str(), amd: Some(verdict.into()) }
            }
        }
    }
}

/// Calls cost nothing here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Money {
    currency_id: &'static str,
    amount: f64,
}

impl Money {
    const NOTHING: Self = Self { currency_id: "USD", amount: 0.0 };
}

#[derive(Serialize)]
struct Amd {
    status: &'static str,
    reason: &'static str,
    duration: u64,
}

impl From<Verdict> for Amd {
    fn from(verdict: Verdict) -> Self {
        Self { status: verdict.status.as_str(), reason: verdict.reason.as_str(), duration: 3 }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MenuResult<'f> {
    menu_id: &'f str,
    #[serde(rename = "type")]
    kind: &'static str,
    input_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'f str>,
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use voxwire::callback::{CallResult, Callback, DisconnectReason, MenuResultKind};

    use super::*;

    fn facts() -> Facts {
        Facts {
            call_id: "7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01".into(),
            application_key: Some("k3y".into()),
            conference_id: None,
            custom: String::new(),
            from: "+12025550101".into(),
            to: To { kind: "did", endpoint: "+12025550199".into() },
            cookies: Vec::new(),
        }
    }

    fn said(facts: &Facts, about: About<'_>) -> String {
        body(facts, about, Utc::new(1_770_106_530, 555_000_100))
    }

    #[test]
    fn each_body_is_what_sinch_writes() {
        assert_eq!(
            said(&facts(), About::Incoming),
            concat!(
                r#"{"event":"ice","callid":"7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01","#,
                r#""timestamp":"2026-02-03T08:15:30Z","version":1,"custom":"","applicationKey":"k3y","#,
                r#""callResourceUrl":"https://calling.api.example/calling/v1/calls/id/7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01","#,
                r#""userRate":{"currencyId":"USD","amount":0.0},"cli":"+12025550101","#,
                r#""to":{"type":"did","endpoint":"+12025550199"},"domain":"pstn","originationType":"PSTN","#,
                r#""rdnis":"","duration":0}"#,
            )
        );
        let end = End::new(DisconnectReason::CallerHangup, CallResult::Answered)
            .lasted(Duration::from_millis(1_200));
        let dice = said(&facts(), About::Ended(end));
        assert!(dice.ends_with(concat!(
            r#""reason":"CALLERHANGUP","result":"ANSWERED","duration":2,"#,
            r#""debit":{"currencyId":"USD","amount":0.0},"userRate":{"currencyId":"USD","amount":0.0},"#,
            r#""to":{"type":"did","endpoint":"+12025550199"},"from":"+12025550101"}"#,
        )));
        let verdict = Verdict { status: AmdStatus::Machine, reason: AmdReason::LongGreeting };
        let amd = r#""amd":{"status":"machine","reason":"longgreeting","duration":3}}"#;
        assert!(said(&facts(), About::Answered(Some(verdict))).ends_with(amd));
        let menu =
            MenuEnd { menu: "main".into(), kind: MenuResultKind::Return, value: Some("a \"b\"".into()) };
        let result =
            r#""menuResult":{"menuId":"main","type":"return","inputMethod":"dtmf","value":"a \"b\""}}"#;
        assert!(said(&facts(), About::MenuEnded(&menu)).ends_with(result));
    }

    #[test]
    fn a_notification_has_no_time_and_no_key() {
        let said = said(&facts(), About::RecordingFinished);
        let body = concat!(
            r#"{"event":"notify","callid":"7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01","version":1,"custom":"","#,
            r#""type":"recording_finished"}"#,
        );
        assert_eq!(said, body);
    }

    #[test]
    fn applications_can_read_all_of_them() {
        let menu = MenuEnd { menu: "main".into(), kind: MenuResultKind::Timeout, value: None };
        let end = End::new(DisconnectReason::Timeout, CallResult::NoAnswer);
        let mut facts = facts();
        facts.conference_id = Some("room-7".into());
        facts.cookies.push(Pair { key: "k".into(), value: "v".into() });
        for about in [
            About::Incoming,
            About::Answered(None),
            About::MenuEnded(&menu),
            About::Ended(end),
            About::RecordingFinished,
        ] {
            let body = said(&facts, about);
            let read = Callback::parse(body.as_bytes()).unwrap();
            assert_eq!(read.event(), about.event());
            assert_eq!(read.call().conference_id.unwrap(), "room-7");
            assert!(body.contains(r#""cookies":[{"key":"k","value":"v"}]"#), "{body}");
        }
    }
}
