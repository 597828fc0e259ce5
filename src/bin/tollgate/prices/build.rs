//! `tollgate prices build`.

use std::path::Path;

use crate::Failure;

pub(super) fn run(_genai: &Path, _litellm: &Path, _repository: &Path, _write: bool) -> Result<(), Failure> {
    Ok(())
}
