//! As much of the tar format (POSIX.1-2001, ustar) as an export takes: plain files, written and read one after the other.

/// A block: headers are one, contents are padded to whole ones.
const BLOCK: usize = 512;

/// The longest name of a file.
pub const PATH_MAX: usize = 100;

/// The largest file that is read, in bytes: a manifest of a million versions fits.
const FILE_MAX: u64 = 1 << 30;

/// A file: its header, its bytes, and what fills the last block. `None` where the name is too long for it.
pub fn file(path: &str, bytes: &[u8], seconds: u64) -> Option<Vec<u8>> {
    if path.is_empty() || path.len() > PATH_MAX {
        return None;
    }
    let mut header = [0; BLOCK];
    let fields: [(usize, String); 9] = [
        (0, path.to_owned()),
        (100, "0000600".to_owned()),
        (108, "0000000".to_owned()),
        (116, "0000000".to_owned()),
        (124, format!("{:011o}", bytes.len())),
        (136, format!("{seconds:011o}")),
        (148, " ".repeat(8)),
        (156, "0".to_owned()),
        (257, "ustar\u{0}00".to_owned()),
    ];
    for (at, text) in fields {
        put(&mut header, at, text.as_bytes());
    }
    let sum = format!("{:06o}\u{0} ", sum(&header));
    put(&mut header, 148, sum.as_bytes());
    let padding = bytes.len().next_multiple_of(BLOCK) - bytes.len();
    Some([&header, bytes, &vec![0; padding]].concat())
}

/// What ends an archive.
pub fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

fn put(header: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    let places = header.iter_mut().skip(at);
    places.zip(bytes).for_each(|(place, byte)| *place = *byte);
}

fn sum(header: &[u8]) -> u32 {
    header.iter().map(|byte| u32::from(*byte)).sum()
}

/// Why bytes are no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the archive is damaged")
    }
}

impl std::error::Error for Damaged {}

/// Reads files as their bytes come.
#[derive(Debug, Default)]
pub struct Reader {
    pending: Vec<u8>,
    is_over: bool,
}

impl Reader {
    /// Takes bytes in; answers the files that are whole by them.
    ///
    /// # Errors
    ///
    /// [`Damaged`], also for what is no plain file.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Damaged> {
        self.pending.extend_from_slice(bytes);
        let (mut files, mut read) = (Vec::new(), 0);
        while !self.is_over {
            let rest = self.pending.get(read..).unwrap_or_default();
            let Some((header, rest)) = rest.split_at_checked(BLOCK) else {
                break;
            };
            if header.iter().all(|byte| *byte == 0) {
                self.is_over = true;
                break;
            }
            let (path, length) = parse(header)?;
            let padded = length.next_multiple_of(BLOCK);
            let Some(content) = rest.get(..padded) else {
                break;
            };
            files.push((path, content.get(..length).unwrap_or_default().to_vec()));
            read += BLOCK + padded;
        }
        self.pending.drain(..read);
        Ok(files)
    }

    /// Whether the archive came to its end.
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}

fn parse(header: &[u8]) -> Result<(String, usize), Damaged> {
    let text = |at: usize, length: usize| {
        let field = header.get(at..at + length).ok_or(Damaged)?;
        let end = field.iter().position(|byte| *byte == 0);
        let field = field.get(..end.unwrap_or(length)).unwrap_or_default();
        str::from_utf8(field).map_err(|_| Damaged)
    };
    let number = |at, length| u64::from_str_radix(text(at, length)?.trim(), 8).map_err(|_| Damaged);
    let mut blank = header.to_vec();
    blank
        .iter_mut()
        .skip(148)
        .take(8)
        .for_each(|byte| *byte = b' ');
    let is_whole = number(148, 8)? == u64::from(sum(&blank));
    let is_plain = text(156, 1)? == "0" && text(345, 155)?.is_empty();
    let length = number(124, 12)?;
    if !is_whole || !is_plain || length > FILE_MAX {
        return Err(Damaged);
    }
    let path = text(0, PATH_MAX)?.to_owned();
    Ok((path, usize::try_from(length).map_err(|_| Damaged)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let long = "m".repeat(PATH_MAX);
        let files = [
            ("a/b", vec![1; 513]),
            (long.as_str(), vec![2; 512]),
            ("none", vec![]),
        ];
        let mut bytes = Vec::new();
        for (path, content) in files {
            bytes.extend(file(path, &content, 1_767_225_600).unwrap());
        }
        bytes.extend(end());
        bytes
    }

    #[test]
    fn files_are_read_back_however_their_bytes_come() {
        let bytes = archive();
        for step in [1, 511, 512, 4096] {
            let (mut reader, mut files) = (Reader::default(), Vec::new());
            for part in bytes.chunks(step) {
                assert!(files.len() == 3 || !reader.is_over());
                files.extend(reader.take(part).unwrap());
            }
            assert!(reader.is_over());
            let lengths: Vec<usize> = files.iter().map(|one| one.1.len()).collect();
            assert_eq!((lengths, files[0].0.as_str()), (vec![513, 512, 0], "a/b"));
        }
    }

    #[test]
    fn what_was_altered_or_is_no_plain_file_is_refused_and_a_part_is_not_the_end() {
        let bytes = archive();
        let mut cut = Reader::default();
        cut.take(&bytes[..bytes.len() - 1025]).unwrap();
        assert!(!cut.is_over());
        for place in [0, 124, 156, 345] {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            assert_eq!(Reader::default().take(&altered), Err(Damaged), "{place}");
        }
        assert_eq!(file(&"m".repeat(PATH_MAX + 1), &[], 0), None);
    }

    #[test]
    fn the_programs_of_others_read_it() {
        use std::io::Write as _;
        let list = std::process::Command::new("tar")
            .args(["-tf", "-"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn();
        let mut list = list.unwrap();
        list.stdin.take().unwrap().write_all(&archive()).unwrap();
        let output = list.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(output.stdout.starts_with(b"a/b\n"));
    }
}
