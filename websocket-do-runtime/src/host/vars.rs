//! Variables and secrets by name, for hosts outside of workerd.

use std::{collections::HashMap, sync::Arc};

use crate::{Env, server::Binding};

/// Variables and secrets. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars(Arc<HashMap<String, Binding>>);

impl Vars {
    pub(crate) fn get(&self, name: &str) -> Option<Binding> {
        self.0.get(name).cloned()
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: Binding) {
        Arc::make_mut(&mut self.0).insert(name.into(), value);
    }
}

impl Default for Env {
    /// An environment without variables and secrets.
    fn default() -> Self {
        Self(Vars::default())
    }
}
