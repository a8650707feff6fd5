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

#[doc = include_str!("../embedding.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Embedding;

#[doc = include_str!("../emulator.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Emulator;

#[doc = include_str!("../errors.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Errors;

#[doc = include_str!("../runtime.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Runtime;

#[doc = include_str!("../sources.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Sources;

#[doc = include_str!("../transports.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct Transports;

#[doc = include_str!("../../crates/sts-proto/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsProto;

#[doc = include_str!("../../crates/sts-sign/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsSign;

#[doc = include_str!("../../crates/sts-client/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsClient;

#[doc = include_str!("../../crates/sts-hyper/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsHyper;

#[doc = include_str!("../../crates/sts-isahc/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsIsahc;

#[doc = include_str!("../../crates/sts-emulator/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsEmulator;

#[doc = include_str!("../../crates/sts-conformance/README.md")]
#[cfg(doctest)]
#[derive(Debug)]
pub struct StsConformance;
