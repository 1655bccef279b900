//! Which agent answers a call, and in which words: the path of the URL says so.

use core::fmt;

use voxwire::{AudioFormat, Dialect};

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Who calls.
    pub dialect: Dialect,
    /// Who answers.
    pub agent: Agent,
    /// The audio, both ways.
    pub format: AudioFormat,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Gives the caller's voice back.
    Echo,
    /// Says a greeting, and lets the caller interrupt it; then gives the caller's voice back.
    Greet,
    /// Plays a tone until the caller hangs up.
    Tone,
}

impl Route {
    /// The route of a path like `/sinch/echo`, with a rate other than the dialect's usual one in the query:
    /// `rate=8000`. `None` if nothing is there.
    pub fn find(path: &str, query: Option<&str>) -> Option<Self> {
        let (dialect, agent) = path.strip_prefix('/')?.split_once('/')?;
        let (dialect, usual) = match dialect {
            "sinch" => (Dialect::Sinch, 16_000),
            "wavix" => (Dialect::Wavix, 24_000),
            _ => return None,
        };
        let agent = match agent {
            "echo" => Agent::Echo,
            "greet" => Agent::Greet,
            "tone" => Agent::Tone,
            _ => return None,
        };
        let rate = match query {
            Some(query) => query.strip_prefix("rate=")?.parse().ok()?,
            None => usual,
        };
        Some(Self { dialect, agent, format: AudioFormat::pcm16(rate)? })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let agent = match self.agent {
            Agent::Echo => "echo",
            Agent::Greet => "greet",
            Agent::Tone => "tone",
        };
        write!(f, "/{}/{agent} at {} Hz", self.dialect, self.format.rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_who_calls_and_who_answers() {
        let route = Route::find("/sinch/echo", None).unwrap();
        assert_eq!((route.dialect, route.agent, route.format.rate()), (Dialect::Sinch, Agent::Echo, 16_000));
        let route = Route::find("/wavix/greet", None).unwrap();
        assert_eq!((route.dialect, route.agent, route.format.rate()), (Dialect::Wavix, Agent::Greet, 24_000));
        let route = Route::find("/wavix/tone", Some("rate=8000")).unwrap();
        assert_eq!((route.dialect, route.agent, route.format.rate()), (Dialect::Wavix, Agent::Tone, 8_000));
    }

    #[test]
    fn nothing_is_anywhere_else() {
        for path in
            ["", "/", "/sinch", "/sinch/", "/sinch/echo/", "sinch/echo", "/SINCH/echo", "/other/echo", "//"]
        {
            assert_eq!(Route::find(path, None), None, "{path}");
        }
        for query in
            ["", "rate", "rate=", "rate=11025", "rate=-8000", "rate=99999999999", "rate=8000&rate=8000"]
        {
            assert_eq!(Route::find("/sinch/echo", Some(query)), None, "{query}");
        }
    }
}
