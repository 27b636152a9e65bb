//! workplace
