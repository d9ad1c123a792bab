//! Which names collections and vectors may have. Both become names of folders.

use crate::error::{Error, Result};

/// Longest name of a collection, in characters on a server and in bytes in most file systems.
const MAX_COLLECTION_NAME: usize = 255;

/// Longest name of a vector in bytes; its folder's name has a prefix.
const MAX_VECTOR_NAME: usize = 200;

/// What no file system, or not every one, takes in a name.
const FORBIDDEN: [char; 11] = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u{1F}'];

/// Checks the name of a new collection.
///
/// The rules are a server's: 1 to 255 characters and bytes, none of `< > : " / \ | ? *`, and neither
/// `.` nor `..`. Refused as well, so that a data folder can move to any system, is what Windows cannot
/// have as the name of a folder: control characters, a dot or a space at the end, and names of devices
/// such as `con` or `com1`, whatever follows them after a dot. Such names hardly occur.
///
/// # Errors
/// [`Error::PathValidation`].
pub fn validate_collection_name(name: &str) -> Result<()> {
    check_collection_name(name).map_err(|fault| Error::PathValidation(format!("name: {fault}")))
}

/// Checks the name by which a collection is called: of another length it would not even be looked for.
///
/// # Errors
/// [`Error::PathValidation`].
pub(crate) fn validate_called_name(name: &str) -> Result<()> {
    check_length(name).map_err(|fault| Error::PathValidation(format!("name: {fault}")))
}

fn check_length(name: &str) -> Result<(), String> {
    if name.is_empty() || name.chars().count() > MAX_COLLECTION_NAME {
        return Err(format!("value {name:?} invalid, must be from 1 to {MAX_COLLECTION_NAME} characters"));
    }
    Ok(())
}

fn check_collection_name(name: &str) -> Result<(), String> {
    check_length(name)?;
    if name.len() > MAX_COLLECTION_NAME {
        return Err(format!("value {name:?} invalid, must be from 1 to {MAX_COLLECTION_NAME} bytes"));
    }
    check_characters(name, "collection name")?;
    if let Some(control) = name.chars().find(|character| *character < ' ') {
        return Err(format!("collection name cannot contain {control:?} char"));
    }
    if is_dot_segment(name) || name.ends_with(['.', ' ']) || is_device(name) {
        return Err(no_folder_name(name, "collection name"));
    }
    Ok(())
}

/// Checks the name of a vector, which may be empty. Its folder's name has a prefix, so only what is
/// wrong anywhere in a name matters.
pub(super) fn check_vector_name(name: &str) -> Result<(), String> {
    if name.len() > MAX_VECTOR_NAME {
        return Err(format!("vector name must be at most {MAX_VECTOR_NAME} bytes long"));
    }
    check_characters(name, "vector name")?;
    if is_dot_segment(name) {
        return Err(no_folder_name(name, "vector name"));
    }
    Ok(())
}

fn check_characters(name: &str, kind: &str) -> Result<(), String> {
    match FORBIDDEN.into_iter().find(|character| name.contains(*character)) {
        Some(character) => Err(format!("{kind} cannot contain \"{character}\" char")),
        None => Ok(()),
    }
}

fn no_folder_name(name: &str, kind: &str) -> String {
    format!("{kind} cannot be {name:?}, it is used as a directory name on disk")
}

fn is_dot_segment(name: &str) -> bool {
    matches!(name, "." | "..")
}

/// Whether Windows takes the name for a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let numbered =
        |device| stem.strip_prefix(device).is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> String {
        let error = validate_collection_name(name).expect_err(name);
        assert_eq!(error.status(), 422);
        error.to_string()
    }

    #[test]
    fn names_that_server_users_have_are_taken() {
        let longest = "x".repeat(255);
        for name in [
            "docs",
            "Docs 2",
            "a.b",
            ".hidden",
            "semantic_cache",
            "画像",
            "café",
            "a'b{c}%20#!",
            "console",
            &longest,
        ] {
            assert_eq!(validate_collection_name(name), Ok(()), "{name}");
        }
        for name in ["com0", "com10", "com", "auxiliary", "my.con", "lptx", "nul-1"] {
            assert_eq!(validate_collection_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_of_a_wrong_length_are_refused_in_the_servers_words() {
        let expected = "Validation error in path parameters: [name: value \"\" invalid, must be from 1 to 255 characters]";
        assert_eq!(refusal(""), expected);
        assert!(refusal(&"x".repeat(256)).ends_with("invalid, must be from 1 to 255 characters]"));
        assert!(refusal(&"é".repeat(128)).ends_with("invalid, must be from 1 to 255 bytes]"));
    }

    #[test]
    fn every_forbidden_character_is_named() {
        for character in FORBIDDEN {
            let expected = format!(
                "Validation error in path parameters: [name: collection name cannot contain \"{character}\" char]"
            );
            assert_eq!(refusal(&format!("a{character}b")), expected);
            assert_eq!(
                check_vector_name(&format!("a{character}b")),
                Err(format!("vector name cannot contain \"{character}\" char"))
            );
        }
        assert!(refusal("a\nb").contains("cannot contain '\\n' char"));
    }

    #[test]
    fn no_name_leaves_its_folder_or_means_another_one() {
        for name in [
            ".", "..", "../docs", "..\\docs", "/etc", "C:", "docs.", "docs ", "con", "NUL", "Com1", "aux.v2",
            "prn .txt",
        ] {
            refusal(name);
        }
        assert!(
            refusal("..")
                .contains("collection name cannot be \"..\", it is used as a directory name on disk")
        );
    }

    #[test]
    fn vectors_may_be_called_what_collections_may_not() {
        for name in ["", "con", "a.", &"x".repeat(200)] {
            assert_eq!(check_vector_name(name), Ok(()), "{name}");
        }
        for name in [".", "..", &"x".repeat(201)] {
            assert!(check_vector_name(name).is_err(), "{name}");
        }
    }
}
