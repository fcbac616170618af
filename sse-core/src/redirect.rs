//! Where to connect: the address given, and the redirects that lead elsewhere (Fetch 4.4).

use crate::{
    Buffer, Closed, Full, SliceBuffer,
    http::{Hop, Response, Url, UrlError, normalize, resolve},
};

/// The address of a source and the way from it to where the stream is.
///
/// A reconnect starts again at the address given, except that permanent redirects (301, 308) at
/// the start of a chain move that address for good, unless they made another request of it.
#[derive(Debug)]
pub(crate) struct Route<B> {
    home: B,
    /// Where the chain of redirects has led; empty while at home.
    current: B,
    hops: u8,
    /// All redirects of this chain so far were permanent.
    permanent: bool,
    /// A permanent redirect has moved home away from the origin that credentials are for.
    moved_away: bool,
    hop: Hop,
}

impl<B: Buffer> Route<B> {
    pub(crate) fn new(url: &str, mut home: B, mut current: B) -> Result<Self, UrlError> {
        home.clear();
        current.clear();
        normalize(url, &mut home)?;
        Ok(Self {
            home,
            current,
            hops: 0,
            permanent: true,
            moved_away: false,
            hop: Hop::default(),
        })
    }

    pub(crate) fn url(&self) -> Url<'_> {
        let held = match self.current.as_slice() {
            [] => &self.home,
            _ => &self.current,
        };
        Url::split(held.as_text()).expect("what `normalize` and `resolve` write is a URL")
    }

    pub(crate) fn hop(&self) -> Hop {
        self.hop
    }

    /// Goes back to the start, for a new attempt.
    pub(crate) fn restart(&mut self) {
        self.current.clear();
        self.hops = 0;
        self.permanent = true;
        self.hop = Hop {
            foreign: self.moved_away,
            as_get: false,
        };
    }

    /// Follows `response` if it is a redirect, and says whether it is. `scratch` is memory for the
    /// new address.
    pub(crate) fn follow(
        &mut self,
        response: &Response<'_>,
        method: Method,
        max_redirects: u8,
        scratch: &mut [u8],
    ) -> Result<bool, Closed> {
        let status = response.status();
        let location = response.header("location");
        let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, location) else {
            return Ok(false);
        };
        if self.hops >= max_redirects {
            return Err(Closed::TooManyRedirects);
        }
        self.hops += 1;
        let mut next = SliceBuffer::new(scratch);
        let from = self.url();
        resolve(from, location, &mut next).map_err(Closed::Redirect)?;
        let foreign = !from.is_origin_of(next.as_slice());
        let no_room = |Full| Closed::Redirect(UrlError::Full);
        replace(&mut self.current, next.as_slice()).map_err(no_room)?;
        self.hop.foreign |= foreign;
        self.hop.as_get |= match status {
            303 => true,
            301 | 302 => method == Method::Post,
            _ => false,
        };
        // Where a GET was sent to, the request given does not belong.
        self.permanent &= matches!(status, 301 | 308) && !self.hop.as_get;
        // Without room to move, the redirect is asked for again on each attempt.
        if self.permanent && replace(&mut self.home, next.as_slice()).is_ok() {
            self.moved_away = self.hop.foreign;
        }
        Ok(true)
    }
}

/// What of a request's method matters to a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Post,
    Other,
}

/// Holds `text` in place of what it held; if that does not fit, nothing has changed.
fn replace(buffer: &mut impl Buffer, text: &[u8]) -> Result<(), Full> {
    if text.len() > buffer.limit() {
        return Err(Full);
    }
    buffer.clear();
    buffer.push_slice(text)
}
