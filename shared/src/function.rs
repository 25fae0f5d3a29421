//! A function as its package offers it: what it declares, and what it does when its trigger calls.

use declaration::Declaration;

use crate::app::Builders;

/// A function whose trigger calls `Step`: see [`crate::http::Function`], [`crate::streams::Function`] and
/// [`crate::events::Function`].
#[derive(Clone, Copy)]
pub struct Function<Step> {
    pub declaration: &'static Declaration,
    /// Builds what the declaration needs.
    pub builders: Builders,
    pub step: Step,
}

impl<Step: Copy> Function<Step> {
    pub const fn new(declaration: &'static Declaration, step: Step) -> Self {
        Self { declaration, builders: Builders::of(declaration.needs), step }
    }

    pub const fn name(&self) -> &'static str {
        self.declaration.name
    }
}
