//! Journeys through the real binary against AWS emulators that others wrote; `scripts/peers run` starts those.

/// Makes a test on each peer of every journey.
macro_rules! journeys {
    ($($journey:ident),+ $(,)?) => {$(
        mod $journey {
            use crate::peers::{gaps::Peer, scene::travel};

            #[test]
            fn on_ministack() {
                travel(Peer::Ministack, super::$journey);
            }

            #[test]
            fn on_localstack() {
                travel(Peer::LocalStack, super::$journey);
            }
        }
    )+};
}

mod adoption;
mod connecting;
mod copies;
mod emulator;
mod gaps;
mod life;
mod material;
mod rotation;
mod scene;
