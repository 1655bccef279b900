//! A document from a file, or from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use crate::exit::Failure;

/// Where a document is read from.
#[derive(clap::Args)]
pub(crate) struct Input {
    /// What to read. Default: standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Input {
    /// Reads it all.
    ///
    /// # Errors
    /// When it cannot be read, or holds more than `limit` bytes.
    pub(crate) fn read(&self, limit: usize) -> Result<Vec<u8>, Failure> {
        let name = self.file.as_ref().map_or("standard input".into(), |file| file.display().to_string());
        let source: io::Result<Box<dyn Read>> = match &self.file {
            Some(file) => File::open(file).map(|file| Box::new(file) as _),
            None => Ok(Box::new(io::stdin().lock())),
        };
        let mut document = Vec::new();
        let read = source.and_then(|source| source.take(limit as u64 + 1).read_to_end(&mut document));
        match read {
            Ok(_) if document.len() > limit => {
                let cause = io::Error::other(format!("it holds more than {limit} bytes"));
                Err(Failure::Read { name, cause })
            }
            Ok(_) => Ok(document),
            Err(cause) => Err(Failure::Read { name, cause }),
        }
    }
}
