//! Size.
use anyhow::Result;
use crate::bench::{candidate::Program, report::Section};
pub(super) fn size(_programs: &[Program], _quick: bool) -> Result<Section> { Ok(Section::new("Size", "")) }
