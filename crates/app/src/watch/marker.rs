//! Where a pass goes on: first through the KMS keys that are managed here, then through all that AWS
//! lists, last through what it no longer lists. In between, CloudTrail is asked who did what alerts tell of.

/// A place in a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// Behind this cursor of our own list.
    Managed(Option<String>),
    /// Behind this cursor of the alerts whose doer is sought.
    Names {
        /// Among the open ones, or among those that are over.
        is_open: bool,
        /// `None` is the first page.
        cursor: Option<String>,
    },
    /// In AWS's page behind this marker, after so many keys of it.
    Listed {
        /// AWS's marker; `None` is the first page.
        page: Option<String>,
        /// Keys of the page that are done.
        done: usize,
    },
    /// At what was known before and is no longer listed. Everything that is listed is committed by now.
    Gone,
}

impl Marker {
    /// Reads what [`Marker::to_text`] wrote. Anything else begins anew, which is always right.
    pub(super) fn from_text(text: Option<&str>) -> Self {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match text.and_then(|text| text.split_once(' ')) {
            Some(("managed", cursor)) => Self::Managed(part(cursor)),
            Some(("names-open", cursor)) => Self::Names {
                is_open: true,
                cursor: part(cursor),
            },
            Some(("names-over", cursor)) => Self::Names {
                is_open: false,
                cursor: part(cursor),
            },
            Some(("listed", rest)) => {
                let (done, page) = rest.split_once(' ').unwrap_or((rest, ""));
                Self::Listed {
                    page: part(page),
                    done: done.parse().unwrap_or(0),
                }
            }
            Some(("gone", _)) => Self::Gone,
            _ => Self::Managed(None),
        }
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Managed(cursor) => format!("managed {}", cursor.as_deref().unwrap_or("")),
            Self::Names { is_open, cursor } => {
                let which = if *is_open { "open" } else { "over" };
                format!("names-{which} {}", cursor.as_deref().unwrap_or(""))
            }
            Self::Listed { page, done } => {
                format!("listed {done} {}", page.as_deref().unwrap_or(""))
            }
            Self::Gone => "gone ".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_back_as_written() {
        let markers = [
            Marker::Managed(None),
            Marker::Managed(Some("id:a name".to_owned())),
            Marker::Names {
                is_open: true,
                cursor: None,
            },
            Marker::Names {
                is_open: false,
                cursor: Some("at:id".to_owned()),
            },
            Marker::Listed {
                page: None,
                done: 100,
            },
            Marker::Listed {
                page: Some("AWS marker=".to_owned()),
                done: 0,
            },
            Marker::Gone,
        ];
        for marker in markers {
            assert_eq!(Marker::from_text(Some(&marker.to_text())), marker);
        }
        assert_eq!(Marker::from_text(None), Marker::Managed(None));
        assert_eq!(Marker::from_text(Some("rubbish")), Marker::Managed(None));
    }
}
