//! HTTP/1.1, as much of it as an event stream needs.
