//! What the two ends of a call do otherwise on a socket.

use voxwire::{Application, Platform, Role};

use crate::websocket::Side;

/// One end of a call on a socket. Sealed, as [`Role`] is: [`Application`] and [`Platform`].
pub trait End: Role {
    /// Where the masks of its frames come from: nowhere for an application. A platform calls a function of yours, whose
    /// answers nobody may be able to foresee (RFC 6455 section 10.3): the board's random number generator.
    type Masks<'m>;

    /// The side of the WebSocket.
    #[doc(hidden)]
    const SIDE: Side;

    /// The mask of the next frame, if it is to be masked.
    #[doc(hidden)]
    fn mask(masks: &mut Self::Masks<'_>) -> Option<[u8; 4]>;
}

impl End for Application {
    type Masks<'m> = ();

    const SIDE: Side = Side::Server;

    fn mask((): &mut ()) -> Option<[u8; 4]> {
        None
    }
}

impl End for Platform {
    type Masks<'m> = &'m mut dyn FnMut() -> [u8; 4];

    const SIDE: Side = Side::Client;

    fn mask(masks: &mut Self::Masks<'_>) -> Option<[u8; 4]> {
        Some(masks())
    }
}
