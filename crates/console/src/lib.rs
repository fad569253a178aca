//! The built files of the web console, inside the binary.
//!
//! `npm run build` in `console/` makes them, each also compressed (Brotli, RFC 7932). A release build embeds what is there; where
//! nothing was built there is a page that says so, so that work on the server needs no Node. A debug build reads the
//! files when they are asked for, from `KEYFERRY_CONSOLE_FILES` where that names a folder.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Built;

/// The page that starts the console, whatever is shown in it.
const START: &str = "index.html";

/// Files here have their content's hash in their name.
const HASHED: &str = "assets/";

const STUB: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Keyferry</title>\n\
     <h1>Keyferry</h1>\n\
     <p>This binary was built without its console: run <code>npm ci</code> and <code>npm run build</code> in \
     <code>console/</code>, and build it again. It answers at <code>/api/v1</code>; its form is at \
     <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p>\n\
     <p>On the command line: <code>keyferry login --url https://&lt;this host&gt;</code>, \
     then <code>keyferry help</code>.</p>\n</html>\n";

/// A file of the console.
pub struct File {
    /// What is in it, as it is sent.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether `bytes` are compressed with Brotli.
    pub brotli: bool,
    /// Whether nothing else will ever be under its name.
    pub immutable: bool,
}

/// The page that starts the console.
pub fn start(takes_brotli: bool) -> File {
    file(START, takes_brotli).unwrap_or(File {
        bytes: Cow::Borrowed(STUB.as_bytes()),
        media_type: "text/html; charset=utf-8",
        brotli: false,
        immutable: false,
    })
}

/// The file at a path without a leading slash, such as `assets/index-1a2b.js`; `None` where there is none.
pub fn file(path: &str, takes_brotli: bool) -> Option<File> {
    let media_type = media_type(path)?;
    let compressed = takes_brotli.then(|| read(&format!("{path}.br"))).flatten();
    let brotli = compressed.is_some();
    Some(File {
        bytes: compressed.or_else(|| read(path))?,
        media_type,
        brotli,
        immutable: path.starts_with(HASHED),
    })
}

/// Only what a console is made of has one.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

fn read(path: &str) -> Option<Cow<'static, [u8]>> {
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os("KEYFERRY_CONSOLE_FILES") {
        let is_plain = path.split('/').all(|part| !part.is_empty() && part != "..");
        let read = is_plain.then(|| std::fs::read(std::path::Path::new(&folder).join(path)));
        return read?.ok().map(Cow::Owned);
    }
    Built::get(path).map(|file| file.data)
}

#[cfg(test)]
mod tests {
    use super::{file, start};

    #[test]
    fn there_is_always_a_page_to_start_with() {
        let page = start(false);
        let text = String::from_utf8_lossy(&page.bytes).to_lowercase();
        assert!(text.starts_with("<!doctype html>"), "{text}");
        assert!(!page.immutable);
    }

    #[test]
    fn nothing_outside_the_console_is_read() {
        for path in [
            "../package.json",
            "../src/main.tsx",
            "assets/../../index.html",
            "/etc/hosts.txt",
            "",
            "assets/",
            "index.html.br",
        ] {
            assert!(file(path, true).is_none(), "{path}");
        }
    }
}
