//! The archive seam.
