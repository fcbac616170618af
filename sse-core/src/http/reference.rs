//! What users and `Location` headers write, turned into a normal [`Url`].

use core::fmt;

use super::{
    InvalidUrl, Url, extend_decimal, trim,
    url::{default_port, dots, host_and_port, is_target_byte},
};
use crate::{Buffer, Full};

/// Appends the normal form of an absolute http or https URL to `out`, for [`Url::parse`].
///
/// As browsers do it: white space around it and the fragment are dropped, backslashes before the
/// query are slashes, dot segments are removed, and what may not stand in a request line is
/// percent-encoded as UTF-8.
///
/// ```
/// use sse_core::{Buffer, SliceBuffer, http};
///
/// let mut memory = [0; 64];
/// let mut url = SliceBuffer::new(&mut memory);
/// http::normalize("HTTP://Example.com:80?q=grün#top", &mut url)?;
/// assert_eq!(url.as_slice(), b"http://example.com/?q=gr%C3%BCn");
/// # Ok::<(), http::UrlError>(())
/// ```
///
/// # Errors
/// [`UrlError`]; then `out` is as it was.
pub fn normalize(input: &str, out: &mut impl Buffer) -> Result<(), UrlError> {
    append(None, input.as_bytes(), out)
}

/// Appends the URL to `out` that the `Location` header of an answer from `base` points at, in
/// normal form: RFC 3986 5.2.
///
/// It may be absolute, begin at the host (`//h/p`), at the root (`/p`), at the directory of the
/// base (`p`, `../p`) or at the query (`?q`). The same is forgiven as in [`normalize`]; bytes
/// beyond ASCII are percent-encoded one by one, whatever they mean. `base` lies elsewhere than
/// `out`.
///
/// # Errors
/// [`UrlError`]; then `out` is as it was. A location of nothing but a fragment is
/// [`InvalidUrl::Empty`]: it leads back to where it came from.
pub fn resolve(base: Url<'_>, location: &[u8], out: &mut impl Buffer) -> Result<(), UrlError> {
    append(Some(base), location, out)
}

/// Why no URL was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UrlError {
    /// There is no such URL.
    Invalid(InvalidUrl),
    /// It does not fit into the buffer.
    Full,
}

impl From<InvalidUrl> for UrlError {
    fn from(invalid: InvalidUrl) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Full> for UrlError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Full => f.write_str("URL larger than its buffer"),
        }
    }
}

impl core::error::Error for UrlError {}

fn append(base: Option<Url<'_>>, text: &[u8], out: &mut impl Buffer) -> Result<(), UrlError> {
    let reference = Reference::parse(text)?;
    let start = out.as_slice().len();
    let appended = reference.append(base, out);
    if appended.is_err() {
        out.truncate(start);
    }
    appended
}

/// A URL reference taken apart: RFC 3986 4.1, without the fragment.
struct Reference<'r> {
    secure: Option<bool>,
    authority: Option<&'r str>,
    path: &'r [u8],
    /// With its question mark; empty if there is none.
    query: &'r [u8],
}

impl<'r> Reference<'r> {
    fn parse(text: &'r [u8]) -> Result<Self, InvalidUrl> {
        let text = trim(text);
        if text.iter().any(u8::is_ascii_control) {
            return Err(InvalidUrl::Control);
        }
        let (text, _fragment) = split_before(text, b"#");
        if text.is_empty() {
            return Err(InvalidUrl::Empty);
        }
        let (secure, rest) = match split_scheme(text) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"http") => (Some(false), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"https") => (Some(true), rest),
            Some(_) => return Err(InvalidUrl::Scheme),
            None => (None, text),
        };
        let (authority, rest) = match rest {
            [b'/' | b'\\', b'/' | b'\\', rest @ ..] => {
                let (authority, rest) = split_before(rest, b"/\\?");
                let authority = str::from_utf8(authority).map_err(|_| InvalidUrl::NonAsciiHost)?;
                (Some(authority), rest)
            }
            _ if secure.is_some() => return Err(InvalidUrl::Host),
            _ => (None, rest),
        };
        let (path, query) = split_before(rest, b"?");
        Ok(Self {
            secure,
            authority,
            path,
            query,
        })
    }

    /// RFC 3986 5.2.2.
    fn append(&self, base: Option<Url<'_>>, out: &mut impl Buffer) -> Result<(), UrlError> {
        let secure = match (self.secure, base) {
            (Some(secure), _) => secure,
            (None, Some(base)) => base.is_secure(),
            (None, None) => return Err(InvalidUrl::Scheme.into()),
        };
        out.push_slice(if secure { b"https://" } else { b"http://" })?;
        let above = match (self.authority, base) {
            (Some(authority), _) => {
                append_authority(authority, secure, out)?;
                b"/"
            }
            (None, Some(base)) => {
                out.push_slice(base.authority().as_bytes())?;
                match self.path {
                    [] => base.path(),
                    // 5.2.3
                    _ => directory(base.path()),
                }
            }
            (None, None) => return Err(InvalidUrl::Scheme.into()),
        };
        let root = out.as_slice().len() + "/".len();
        if !matches!(self.path, [b'/' | b'\\', ..]) {
            out.push_slice(above)?;
        }
        append_path(self.path, root, out)?;
        append_encoded(self.query, out)?;
        Ok(())
    }
}

fn append_authority(authority: &str, secure: bool, out: &mut impl Buffer) -> Result<(), UrlError> {
    let (host, port) = host_and_port(authority, secure)?;
    for b in host.bytes() {
        out.push_slice(&[b.to_ascii_lowercase()])?;
    }
    if port != default_port(secure) {
        out.push_slice(b":")?;
        extend_decimal(out, port.into())?;
    }
    Ok(())
}

/// Appends `path` to one that ends in a slash, without dot segments: RFC 3986 5.2.4.
///
/// `root` is where the first segment begins in `out`; no dots lead above it.
fn append_path(path: &[u8], root: usize, out: &mut impl Buffer) -> Result<(), Full> {
    let mut rest = path;
    loop {
        let (segment, behind) = split_before(rest, b"/\\");
        match dots(segment) {
            1 => {}
            2 => {
                let above = match out.as_slice().get(root..) {
                    Some([above @ .., _slash]) => above,
                    _ => &[],
                };
                let len = root + directory(above).len();
                out.truncate(len);
            }
            _ => {
                append_encoded(segment, out)?;
                if !behind.is_empty() {
                    out.push_slice(b"/")?;
                }
            }
        }
        match behind {
            [_slash, behind @ ..] => rest = behind,
            [] => return Ok(()),
        }
    }
}

/// The part of `path` that ends in its last slash.
fn directory(mut path: &[u8]) -> &[u8] {
    while let [above @ .., last] = path
        && *last != b'/'
    {
        path = above;
    }
    path
}

fn append_encoded(text: &[u8], out: &mut impl Buffer) -> Result<(), Full> {
    for &b in text {
        if is_target_byte(b) {
            out.push_slice(&[b])?;
        } else {
            let digit = |nibble| HEX[usize::from(nibble)];
            out.push_slice(&[b'%', digit(b >> 4), digit(b & 15)])?;
        }
    }
    Ok(())
}

/// `scheme` and what follows its colon: RFC 3986 3.1.
fn split_scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let len = text.iter().position(|&b| !is_scheme(b))?;
    match text.split_at_checked(len)? {
        (scheme @ [first, ..], [b':', rest @ ..]) if first.is_ascii_alphabetic() => {
            Some((scheme, rest))
        }
        _ => None,
    }
}

/// Splits before the first of these bytes.
pub(super) fn split_before<'t>(text: &'t [u8], borders: &[u8]) -> (&'t [u8], &'t [u8]) {
    let is_border = |b: &u8| borders.iter().any(|border| border == b);
    let border = text.iter().position(is_border);
    text.split_at_checked(border.unwrap_or(text.len()))
        .unwrap_or((text, &[]))
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";
