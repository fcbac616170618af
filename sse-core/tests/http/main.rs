//! HTTP/1.1 as a client and a small server of event streams read and write it.

#![cfg(feature = "alloc")]

mod answer;
mod ask;
mod body;
mod cors;
mod head;
mod request;
mod url;
