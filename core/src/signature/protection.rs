//! When requests are verified at all.

use core::fmt;

/// Whether webhooks are verified: Sinch Functions' `WEBHOOK_PROTECTION`.
///
/// Where this says that requests are verified and no secret is known, they are refused: it is the caller's duty not to
/// serve them unverified.
///
/// ```
/// use voxwire::signature::Protection;
///
/// let protection = Protection::find(|name| (name == "WEBHOOK_PROTECTION").then_some("Always"));
/// assert_eq!(protection, Protection::Always);
/// assert!(protection.verifies(false));
///
/// assert_eq!(Protection::find(|_| None::<&str>), Protection::Deploy);
/// assert!(Protection::Deploy.verifies(true));
/// assert!(!Protection::Deploy.verifies(false));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protection {
    /// No request is verified. For development only.
    Never,
    /// Requests are verified in production, and not in development.
    #[default]
    Deploy,
    /// Every request is verified.
    Always,
}

impl Protection {
    /// What the setting is called, in an environment and in a .NET configuration.
    pub const NAMES: [&'static str; 2] = ["WEBHOOK_PROTECTION", "Security:WebhookProtection"];

    /// What the setting was called before. It counts where the new names are not set.
    pub const LEGACY_NAMES: [&'static str; 2] = ["PROTECT_VOICE_CALLBACKS", "Security:ProtectVoiceCallbacks"];

    /// Reads `never`, `deploy` or `always`, in either case and with blanks around it. Anything else, nothing included,
    /// is [`Always`](Self::Always): a word misspelled must not open a door (assumed; Sinch says nothing of it).
    pub fn parse(text: &str) -> Self {
        let is = |mode: Self| text.trim().eq_ignore_ascii_case(mode.as_str());
        [Self::Never, Self::Deploy].into_iter().find(|mode| is(*mode)).unwrap_or(Self::Always)
    }

    /// Reads the first of [`NAMES`](Self::NAMES), then of [`LEGACY_NAMES`](Self::LEGACY_NAMES), that is set.
    /// [`Deploy`](Self::Deploy) if none is.
    pub fn find<T: AsRef<str>>(setting: impl FnMut(&'static str) -> Option<T>) -> Self {
        let found = Self::NAMES.into_iter().chain(Self::LEGACY_NAMES).find_map(setting);
        found.map_or_else(Self::default, |text| Self::parse(text.as_ref()))
    }

    /// Whether requests are verified. What counts as production is for the caller to say.
    pub const fn verifies(self, production: bool) -> bool {
        match self {
            Self::Never => false,
            Self::Deploy => production,
            Self::Always => true,
        }
    }

    /// The mode as it is written in the setting.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Deploy => "deploy",
            Self::Always => "always",
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
