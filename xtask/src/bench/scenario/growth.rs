//! Growth.
use anyhow::Result;
use crate::bench::{candidate::Program, report::Section};
pub(super) fn growth(_programs: &[Program], _quick: bool) -> Result<Section> { Ok(Section::new("Growth", "")) }
