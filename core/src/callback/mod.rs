//! What Sinch posts before, during and after a call: ICE, ACE, PIE, DICE and notify.

use crate::word::vocabulary;

vocabulary! {
    /// Which callback it is (Voice v1, callbacks).
    pub enum CallbackEvent {
        /// Incoming call: somebody calls; SVAML says what to do.
        Ice = "ice",
        /// Answered call: somebody called has answered; SVAML says how to go on.
        Ace = "ace",
        /// Prompt input: a menu has ended; SVAML says how to go on.
        Pie = "pie",
        /// Disconnected call: it is over. Nothing is to be said.
        Dice = "dice",
        /// Something else happened: a recording is ready, say. Nothing is to be said.
        Notify = "notify",
    }
}

vocabulary! {
    /// Why a call ended.
    pub enum DisconnectReason {
        /// The caller hung up.
        CallerHangup = "CALLERHANGUP",
    }
}
