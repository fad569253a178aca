//! Import tokens that were handed out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::Micros;
use crate::crypto::wrapping::WrappingPair;
use crate::names::KeyRef;
use crate::specs::WrappingAlgorithm;

/// What an import token stands for: it is random text, everything else is kept here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) key: KeyRef,
    pub(crate) algorithm: WrappingAlgorithm,
    #[serde(serialize_with = "write_pair", deserialize_with = "read_pair")]
    pub(crate) pair: Arc<WrappingPair>,
    pub(crate) expires: Micros,
}

/// Tokens by their Base64 text. Expired ones are kept for a while, so that they are known as such.
pub(crate) type Tokens = BTreeMap<String, Token>;

fn write_pair<S: Serializer>(pair: &Arc<WrappingPair>, to: S) -> Result<S::Ok, S::Error> {
    let der = pair
        .to_pkcs8()
        .ok_or_else(|| serde::ser::Error::custom("a wrapping pair could not be encoded"))?;
    to.serialize_str(&crate::args::to_base64(&der))
}

fn read_pair<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<WrappingPair>, D::Error> {
    let text = String::deserialize(from)?;
    crate::args::from_base64(&text)
        .and_then(|der| WrappingPair::from_pkcs8(&der))
        .map(Arc::new)
        .ok_or_else(|| serde::de::Error::custom("not a wrapping pair"))
}
