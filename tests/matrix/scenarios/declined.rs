//! An application that looks at what is asked for, and has calls enough.

use voxwire_line::CallError;

use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::Asks;

const STATUSES: [u16; 2] = [404, 503];

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    for status in STATUSES {
        let upgrade = A::read(stage.accept()).await.unwrap();
        assert_eq!(upgrade.path(), "/calls/t0ken");
        assert_eq!(upgrade.query(), Some("tenant=north"));
        assert_eq!(upgrade.header("upgrade"), Some("websocket"));
        assert_eq!(upgrade.subprotocols().count(), 0);
        upgrade.decline(status).await.unwrap();
    }
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    for status in STATUSES {
        let called = P::connect(&stage.url::<P>(), stage.config().into()).await;
        assert!(matches!(called, Err(CallError::Declined(told)) if told == status), "{called:?}");
    }
}
