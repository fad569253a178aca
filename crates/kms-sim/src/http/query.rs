//! The AWS Query protocol's form: flat names such as `Tags.member.1.Key` become structures.
//!
//! Source: Smithy 2.0, "AWS query protocol" and "AWS EC2 query protocol".

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::sigv4::percent_decode;

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 16;

#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

/// Reads a form. EC2 writes lists without `member`, under the singular of their names.
pub(super) fn decode(form: &str, ec2: bool) -> Value {
    let mut root = Node::default();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text = |part: &str| String::from_utf8_lossy(&percent_decode(part, true)).into_owned();
        let name = text(name);
        let mut node = &mut root;
        for part in name.split('.').take(DEPTH_MAX) {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.value = Some(text(value));
    }
    root.into_value(ec2)
}

impl Node {
    fn into_value(mut self, ec2: bool) -> Value {
        if self.children.is_empty() {
            return json!(self.value);
        }
        if !ec2
            && self.children.len() == 1
            && let Some(members) = self.children.remove("member")
        {
            return members.into_list(ec2);
        }
        if ec2 && self.children.keys().all(|key| is_number(key)) {
            return self.into_list(ec2);
        }
        let mut object = Map::new();
        for (name, child) in self.children {
            let value = child.into_value(ec2);
            let plural = ec2 && value.is_array();
            object.insert(if plural { format!("{name}s") } else { name }, value);
        }
        Value::Object(object)
    }

    fn into_list(self, ec2: bool) -> Value {
        let mut items: Vec<(u64, Value)> = self
            .children
            .into_iter()
            .map(|(index, child)| (index.parse().unwrap_or(u64::MAX), child.into_value(ec2)))
            .collect();
        items.sort_by_key(|(index, _)| *index);
        Value::Array(items.into_iter().map(|(_, item)| item).collect())
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
