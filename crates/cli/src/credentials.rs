//! The CSV file in which AWS's console hands out an access key.

use keyferry_api::secret::Secret;

use crate::error::CliError;

/// Reads `Access key ID,Secret access key` and the line below.
///
/// # Source
///
/// IAM User Guide, "Manage access keys for IAM users": the downloaded file has these two columns; a byte
/// order mark may come first.
pub(crate) fn access_key_of_csv(text: &str) -> Result<(String, Secret), CliError> {
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.trim().is_empty());
    let head = cells(lines.next().unwrap_or_default());
    let column = |name: &str| head.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let (Some(id), Some(secret)) = (column("Access key ID"), column("Secret access key")) else {
        return Err(CliError::usage(
            "the CSV file has no columns `Access key ID` and `Secret access key`",
        )
        .hint("give the file that AWS's console offers right after it made the access key"));
    };
    let row = cells(lines.next().unwrap_or_default());
    if lines.next().is_some() {
        return Err(
            CliError::usage("the CSV file holds more than one access key")
                .hint("leave the one that the connection shall use"),
        );
    }
    match (row.get(id), row.get(secret)) {
        (Some(id), Some(secret)) if !id.is_empty() && !secret.is_empty() => {
            Ok((id.clone(), Secret::new(secret.clone())))
        }
        _ => Err(CliError::usage("the CSV file holds no access key")
            .hint("below its head it needs a line with both halves of the access key")),
    }
}

fn cells(line: &str) -> Vec<String> {
    line.split(',')
        .map(|cell| cell.trim().trim_matches('"').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_aws_hands_out_is_read() {
        let text = "\u{feff}Access key ID,Secret access key\r\nAKIAIOSFODNN7EXAMPLE,wJalr/K7+x\r\n";

        let (id, secret) = access_key_of_csv(text).unwrap();

        assert_eq!(id, "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(secret.expose(), "wJalr/K7+x");
    }

    #[test]
    fn other_columns_may_stand_beside() {
        let text = "\"User name\",\"Secret access key\",\"Access key ID\"\nann,S,A\n";

        let (id, secret) = access_key_of_csv(text).unwrap();

        assert_eq!((id.as_str(), secret.expose()), ("A", "S"));
    }

    #[test]
    fn a_file_without_a_key_is_refused_without_showing_it() {
        for text in [
            "",
            "a,b\n1,2\n",
            "Access key ID,Secret access key\n",
            "Access key ID,Secret access key\nA,\n",
        ] {
            let error = access_key_of_csv(text).unwrap_err();
            assert!(error.message.starts_with("the CSV file"), "{error:?}");
        }
    }
}
