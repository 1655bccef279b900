//! Calls between both ends of this adapter, in memory: every await point, every order of events, no time that passes.

mod barge_in;
mod cancellation;
mod endings;
mod far_end;
mod opening;
mod speech;
mod stage;
mod turns;
mod whole;
