//! Whether a browser sent a request on its own account or on that of another site.

use http::{HeaderMap, Method, Uri, header};

/// Whether a request with a session cookie may be answered: reads always, changes only from our own pages.
///
/// Fetch Metadata (`Sec-Fetch-Site`) decides where the browser sends it; else `Origin` must name the host that
/// was called. A change that says neither is refused. HTTP/2 says the host in `:authority`, which stands in the URI (RFC 9113,
/// section 8.3.1).
pub(crate) fn comes_from_here(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let called = uri.authority().map(http::uri::Authority::as_str);
    let called = called.or_else(|| text(header::HOST.as_str()));
    let (Some(origin), Some(host)) = (text("origin"), called) else {
        return false;
    };
    origin
        .strip_prefix("https://")
        .is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_things_by_cookie() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);
        #[rustfmt::skip]
        let cases: &[Case<'_>] = &[
            ("own page",              &[("sec-fetch-site", "same-origin")], true),
            ("another site",          &[("sec-fetch-site", "cross-site")], false),
            ("a sibling host",        &[("sec-fetch-site", "same-site")], false),
            ("typed by hand",         &[("sec-fetch-site", "none")], false),
            ("old browser, own page", &[("origin", "https://h:8443"), ("host", "h:8443")], true),
            ("old browser, other",    &[("origin", "https://evil"), ("host", "h:8443")], false),
            ("other port",            &[("origin", "https://h:1"), ("host", "h:8443")], false),
            ("not encrypted",         &[("origin", "http://h:8443"), ("host", "h:8443")], false),
            ("opaque origin",         &[("origin", "null"), ("host", "h:8443")], false),
            ("says nothing",          &[("host", "h:8443")], false),
        ];
        let http1 = Uri::from_static("/api/v1/keys");
        for (name, pairs, allowed) in cases {
            let headers = headers_of(pairs);
            let comes = |method: &Method| comes_from_here(method, &http1, &headers);
            assert_eq!(comes(&Method::POST), *allowed, "{name}");
            assert!(comes(&Method::GET), "{name}: reads");
        }
    }

    #[test]
    fn over_http_2_the_authority_is_the_host_and_a_host_header_is_not() {
        let http2 = Uri::from_static("https://h:8443/api/v1/keys");
        let comes =
            |pairs: &[(&str, &str)]| comes_from_here(&Method::POST, &http2, &headers_of(pairs));
        assert!(comes(&[("origin", "https://h:8443")]));
        assert!(!comes(&[("origin", "https://evil")]));
        assert!(!comes(&[("origin", "https://evil"), ("host", "evil")]));
        assert!(!comes(&[]));
    }

    fn headers_of(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.insert(
                http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        map
    }
}
