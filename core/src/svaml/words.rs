//! The small vocabularies of SVAML.

use crate::word::vocabulary;

vocabulary! {
    /// What kind of party a destination is (Voice v1, SVAML and callouts).
    pub enum DestinationType {
        /// A phone number.
        Number = "number",
        /// A user of the application.
        Username = "username",
        /// A SIP address.
        Sip = "sip",
        /// A number that is rented from the platform.
        Did = "did",
        /// The address of a WebSocket server: a media stream.
        Websocket = "Websocket",
    }
}

vocabulary! {
    /// Music for who waits (Voice v1, SVAML).
    pub enum Moh {
        /// A ringing tone.
        Ring = "ring",
        /// The first piece of music.
        Music1 = "music1",
        /// The second piece of music.
        Music2 = "music2",
        /// The third piece of music.
        Music3 = "music3",
    }
}

vocabulary! {
    /// What carries SIP (Voice v1, SVAML).
    pub enum Transport {
        /// UDP, the default.
        Udp = "UDP",
        /// TCP.
        Tcp = "TCP",
        /// TLS over TCP.
        Tls = "TLS",
    }
}

vocabulary! {
    /// What becomes of the keys that are pressed in a conference (Voice v1, SVAML).
    pub enum DtmfMode {
        /// Nothing.
        Ignore = "ignore",
        /// All others hear them.
        Forward = "forward",
        /// They are collected and posted as a PIE callback.
        Detect = "detect",
    }
}

vocabulary! {
    /// The country whose ringing tone is played (Voice v1, SVAML).
    pub enum Indications {
        /// Austria.
        At = "at",
        /// Australia.
        Au = "au",
        /// Bulgaria.
        Bg = "bg",
        /// Brazil.
        Br = "br",
        /// Belgium.
        Be = "be",
        /// Switzerland.
        Ch = "ch",
        /// Chile.
        Cl = "cl",
        /// China.
        Cn = "cn",
        /// Czechia.
        Cz = "cz",
        /// Germany.
        De = "de",
        /// Denmark.
        Dk = "dk",
        /// Estonia.
        Ee = "ee",
        /// Spain.
        Es = "es",
        /// Finland.
        Fi = "fi",
        /// France.
        Fr = "fr",
        /// Greece.
        Gr = "gr",
        /// Hungary.
        Hu = "hu",
        /// Israel.
        Il = "il",
        /// India.
        In = "in",
        /// Italy.
        It = "it",
        /// Lithuania.
        Lt = "lt",
        /// Japan.
        Jp = "jp",
        /// Mexico.
        Mx = "mx",
        /// Malaysia.
        My = "my",
        /// The Netherlands.
        Nl = "nl",
        /// Norway.
        No = "no",
        /// New Zealand.
        Nz = "nz",
        /// The Philippines.
        Ph = "ph",
        /// Poland.
        Pl = "pl",
        /// Portugal.
        Pt = "pt",
        /// Russia.
        Ru = "ru",
        /// Sweden.
        Se = "se",
        /// Singapore.
        Sg = "sg",
        /// Thailand.
        Th = "th",
        /// The United Kingdom.
        Uk = "uk",
        /// The United States.
        Us = "us",
        /// Taiwan.
        Tw = "tw",
        /// Venezuela.
        Ve = "ve",
        /// South Africa.
        Za = "za",
    }
}
