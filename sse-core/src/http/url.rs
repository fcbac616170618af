//! A checked view of an absolute http or https URL.

use core::{fmt, net::Ipv4Addr};

use super::{head::split_at_byte, reference::split_before};
use crate::line::number;

/// An absolute http or https URL in normal form: what a request needs to know of it.
///
/// Scheme and host are in lower case, the port is there only if it is not the scheme's own, the
/// path begins with a slash and has no dot segments, and nothing in it needs percent-encoding.
/// There is neither userinfo nor a fragment. [`normalize`](super::normalize) makes this form out
/// of what users write.
///
/// ```
/// use sse_core::http::Url;
///
/// let url = Url::parse("http://[::1]:8080/events?topic=tea")?;
/// assert_eq!(url.host(), "::1");
/// assert_eq!(url.authority(), "[::1]:8080");
/// assert_eq!(url.target(), "/events?topic=tea");
/// # Ok::<(), sse_core::http::InvalidUrl>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Url<'a> {
    text: &'a str,
    secure: bool,
    authority: &'a str,
    host: &'a str,
    port: u16,
    target: &'a str,
}

impl<'a> Url<'a> {
    /// Takes a URL that is in normal form already.
    ///
    /// # Errors
    /// [`InvalidUrl`] for a text that [`normalize`](super::normalize) would change or refuse:
    /// [`InvalidUrl::NotNormal`] if scheme, host and port are right as they stand. A scheme in upper
    /// case is no scheme here, nor is one behind white space.
    pub fn parse(text: &'a str) -> Result<Self, InvalidUrl> {
        let url = Self::split(text)?;
        match url.is_normal() {
            true => Ok(url),
            false => Err(InvalidUrl::NotNormal),
        }
    }

    /// Takes a URL apart that was normalized.
    pub(crate) fn split(text: &'a str) -> Result<Self, InvalidUrl> {
        let (secure, rest) = match text.strip_prefix("http://") {
            Some(rest) => (false, rest),
            None => (
                true,
                text.strip_prefix("https://").ok_or(InvalidUrl::Scheme)?,
            ),
        };
        let (authority, _) = split_before(rest.as_bytes(), b"/\\?#");
        let (authority, target) = rest
            .split_at_checked(authority.len())
            .ok_or(InvalidUrl::Host)?;
        let (host, port) = host_and_port(authority, secure)?;

        Ok(Self {
            text,
            secure,
            authority,
            host,
            port,
            target,
        })
    }

    fn is_normal(&self) -> bool {
        let port_text = self.authority.strip_prefix(self.host).unwrap_or_default();
        let port_is_normal = if self.port == default_port(self.secure) {
            port_text.is_empty()
        } else {
            !port_text.starts_with(":0")
        };
        port_is_normal
            && !self.authority.bytes().any(|b| b.is_ascii_uppercase())
            && self.target.starts_with('/')
            && self.target.bytes().all(is_target_byte)
            && !self
                .path()
                .split(|&b| b == b'/')
                .any(|segment| matches!(dots(segment), 1 | 2))
    }

    /// The whole of it.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether the scheme is https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Name or address of the host, as a resolver or a TLS library takes it: IPv6 addresses
    /// without brackets.
    #[must_use]
    pub fn host(&self) -> &'a str {
        // No name has brackets.
        let host = self.host.strip_prefix('[').unwrap_or(self.host);
        host.strip_suffix(']').unwrap_or(host)
    }

    /// Host and, unless it is the scheme's own, port: the value of a `Host` header.
    #[must_use]
    pub fn authority(&self) -> &'a str {
        self.authority
    }

    /// The port, 80 or 443 if the URL names none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query: what follows the method in a request line. Begins with a slash.
    #[must_use]
    pub fn target(&self) -> &'a str {
        self.target
    }

    /// Whether scheme, host and port are the same, so that credentials meant for one may be sent
    /// to the other.
    #[must_use]
    pub fn same_origin(&self, other: &Url<'_>) -> bool {
        // In normal form, neither has another spelling.
        (self.secure, self.authority) == (other.secure, other.authority)
    }

    /// Whether a URL in normal form has the same scheme, host and port.
    pub(crate) fn is_origin_of(&self, url: &[u8]) -> bool {
        let len = self.text.len() - self.target.len();
        let origin = self.text.as_bytes().get(..=len).unwrap_or_default();
        url.starts_with(origin)
    }

    pub(super) fn path(&self) -> &'a [u8] {
        split_before(self.target.as_bytes(), b"?").0
    }
}

/// Why a text is not a URL to send a request to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InvalidUrl {
    /// There is nothing before the fragment.
    Empty,
    /// It has no scheme, or one that is neither http nor https.
    Scheme,
    /// It has a user name or password before the host; these belong into a header.
    Userinfo,
    /// It has no host, or one that is neither a host name nor an IPv6 address in brackets.
    Host,
    /// The host is not ASCII. Names in other scripts have to be converted (IDNA) beforehand.
    NonAsciiHost,
    /// The port is not a number from 1 to 65535.
    Port,
    /// It has a control character, a tab or a line end within.
    Control,
    /// It is a URL, but not written in normal form.
    NotNormal,
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty URL",
            Self::Scheme => "URL without http or https scheme",
            Self::Userinfo => "URL with user name or password",
            Self::Host => "URL without a valid host",
            Self::NonAsciiHost => "URL with a host that is not ASCII (convert with IDNA first)",
            Self::Port => "URL with a port that is not 1 to 65535",
            Self::Control => "URL with a control character",
            Self::NotNormal => "URL not in normal form",
        })
    }
}

impl core::error::Error for InvalidUrl {}

/// Splits and checks `host[:port]`; the host keeps its brackets and its case.
pub(super) fn host_and_port(authority: &str, secure: bool) -> Result<(&str, u16), InvalidUrl> {
    if split_at_byte(b'@', authority.as_bytes()).is_some() {
        return Err(InvalidUrl::Userinfo);
    }
    if authority.bytes().any(|b| !b.is_ascii()) {
        return Err(InvalidUrl::NonAsciiHost);
    }
    let host_len = match authority.as_bytes() {
        [b'[', rest @ ..] => match split_at_byte(b']', rest) {
            Some((address, _)) if is_ipv6(address) => "[]".len() + address.len(),
            _ => 0,
        },
        name => name.iter().take_while(|b| is_host_byte(**b)).count(),
    };
    let split = authority.split_at_checked(host_len);
    let split = split.filter(|(host, _)| !host.is_empty());
    let (host, port) = split.ok_or(InvalidUrl::Host)?;
    let port = match port.as_bytes() {
        [] | [b':'] => default_port(secure),
        [b':', digits @ ..] => parse_port(digits).ok_or(InvalidUrl::Port)?,
        _ => return Err(InvalidUrl::Host),
    };
    Ok((host, port))
}

/// Whether this is an IPv6 address (RFC 4291 2.2), without the weight of `core::net`'s parser.
fn is_ipv6(mut rest: &[u8]) -> bool {
    let (mut groups, mut gap) = (0, false);
    while !rest.is_empty() {
        match rest {
            [b':', b':', behind @ ..] if !gap => {
                gap = true;
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            [b':', behind @ ..] if groups > 0 => rest = behind,
            _ if groups > 0 => return false,
            _ => {}
        }
        let group = rest;
        while let [b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f', behind @ ..] = rest {
            rest = behind;
        }
        groups += 1;
        match (group.len() - rest.len(), rest) {
            (1..=4, [] | [b':', ..]) => {}
            // The last two groups may be written as an IPv4 address.
            (_, [b'.', ..]) if is_ipv4(group) => {
                groups += 1;
                break;
            }
            _ => return false,
        }
    }
    // A gap stands for one group at least.
    if gap {
        groups < GROUPS
    } else {
        groups == GROUPS
    }
}

fn is_ipv4(address: &[u8]) -> bool {
    str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv4Addr>().is_ok())
}

fn parse_port(digits: &[u8]) -> Option<u16> {
    number(digits)?.try_into().ok().filter(|&port| port != 0)
}

pub(super) fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// Splits before the question mark.
pub(super) fn split_query(target: &str) -> (&str, &str) {
    split_text_before(target, b"?")
}

/// Splits before the first of these bytes, which are ASCII.
pub(super) fn split_text_before<'t>(text: &'t str, borders: &[u8]) -> (&'t str, &'t str) {
    let (before, _) = split_before(text.as_bytes(), borders);
    text.split_at_checked(before.len()).unwrap_or((text, ""))
}

/// How many dots, plain or percent-encoded, a path segment is made of; 0 if of anything else.
pub(super) fn dots(mut segment: &[u8]) -> usize {
    let mut count = 0;
    loop {
        match segment {
            [] => return count,
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => segment = rest,
            _ => return 0,
        }
        count += 1;
    }
}

/// Whether a byte stands for itself in a path or query.
///
/// RFC 3986 3.3 and 3.4, and the brackets and stray percent signs that browsers leave alone.
pub(super) fn is_target_byte(b: u8) -> bool {
    b.is_ascii_graphic() && b"\"#<>\\^`{|}".iter().all(|other| *other != b)
}

/// How many groups of 16 bits an IPv6 address has.
const GROUPS: usize = 8;

fn is_host_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use core::net::Ipv6Addr;
    use std::string::String;

    use super::*;

    #[test]
    fn what_is_an_address_is_one_to_the_parser_of_core() {
        const PIECES: [&str; 8] = ["::", ":", "0", "fFfF", "a:b:c", "1.2.3.4", "1.2.3", "g"];
        let mut valid = 0;
        for number in 0..PIECES.len().pow(6) {
            let mut text = String::new();
            let mut rest = number;
            while rest > 0 {
                text.push_str(PIECES[rest % PIECES.len()]);
                rest /= PIECES.len();
            }
            let expected = text.parse::<Ipv6Addr>().is_ok();
            assert_eq!(is_ipv6(text.as_bytes()), expected, "{text:?}");
            valid += usize::from(expected);
        }
        assert!(valid > 1000, "{valid}");
    }
}
