//! PIE: a menu has ended.

use super::call::CallInfo;
use super::private::Private;
use super::record::record;
use crate::text::Text;
use crate::word::{Word, vocabulary};

record! {
    /// Prompt input: a menu has ended, and SVAML says how to go on (Voice v1, PIE).
    ///
    /// Also posted, without wanting SVAML, for keys pressed in a conference:
    /// [`Callback::wants_svaml`](super::Callback::wants_svaml).
    pub struct Pie<'m> with call: CallInfo<'m> {
        /// What the caller did.
        pub menu_result: Option<MenuResult<'m>> = "menuResult",
    }
}

record! {
    /// How a menu has ended.
    pub struct MenuResult<'m> {
        /// The menu's id, or that of the conference in which keys were pressed.
        pub menu_id: Option<Text<'m>> = "menuId",
        /// How it has ended. Wire: `type`.
        #[serde(rename = "type")]
        pub kind: Option<Word<'m, MenuResultKind>> = "type",
        /// What was chosen: `x` of the option's `return(x)`, or the digits. Kept out of logs: people type card numbers.
        pub value: Option<Private<'m>> = "value",
        /// How it was chosen.
        pub input_method: Option<Word<'m, InputMethod>> = "inputMethod",
    }
}

vocabulary! {
    /// How a menu can end.
    pub enum MenuResultKind {
        /// Something went wrong.
        Error = "error",
        /// The caller has chosen an option whose action is `return`.
        Return = "return",
        /// The caller has typed digits.
        Sequence = "sequence",
        /// The caller did nothing.
        Timeout = "timeout",
        /// The caller has hung up.
        Hangup = "hangup",
        /// The caller has pressed a key without an option.
        InvalidInput = "invalidinput",
    }
}

vocabulary! {
    /// How a caller can choose from a menu.
    pub enum InputMethod {
        /// By key.
        Dtmf = "dtmf",
        /// By word.
        Voice = "voice",
    }
}
