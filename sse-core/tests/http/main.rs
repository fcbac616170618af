//! HTTP/1.1 as a client and a small server of event streams read and write it.

#![cfg(feature = "alloc")]

mod answer;
mod body;
mod head;
mod request;
mod url;
