//! The guides of this workspace: their code is compiled and run as documentation tests.
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

#[doc = include_str!("../sources.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Sources;

#[doc = include_str!("../transports.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Transports;
