//! Memory for results whose size a person asks for.

use anyhow::{Context, Result};

/// As many zeros, or an error where there is no memory for them.
pub(crate) fn zeros<T: Copy + Default>(len: usize) -> Result<Vec<T>> {
    let reserved = Vec::<T>::new().try_reserve_exact(len);
    reserved.with_context(|| {
        format!("a result of {len} elements does not fit into memory: pad less, or make it smaller")
    })?;
    // Asked for as zeros, so that the system need not write them.
    Ok(vec![T::default(); len])
}
