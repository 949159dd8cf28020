//! The journal seam.
