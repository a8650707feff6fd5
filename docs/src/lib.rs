//! The guides of this workspace: their code is compiled and run as documentation tests.
//! `tests/guides.rs` compares guides with the examples that they explain.
#![forbid(unsafe_code)]

#[doc = include_str!("../../README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Readme;

#[doc = include_str!("../credentials.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Credentials;

#[doc = include_str!("../emulator.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Emulator;

#[doc = include_str!("../errors.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Errors;

#[doc = include_str!("../observability.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Observability;

#[doc = include_str!("../security.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Security;

#[doc = include_str!("../providers.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Providers;

#[doc = include_str!("../vending.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Vending;
