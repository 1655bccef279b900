//! The command as its users see it: what it prints, what it writes, how it exits.

mod callbacks;
mod calls;
mod codes;
mod demo;
mod drain;
mod explain;
mod faults;
mod innocent;
mod json;
mod lifecycles;
mod limits;
mod load;
mod provider;
mod signing;
mod support;
mod svaml;
mod tls;
