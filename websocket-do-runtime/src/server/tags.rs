//! The tags of a socket: those of the framework, and the user's tags, each prefixed with the session's format.

use uuid::Uuid;

use crate::{
    Error, Result,
    codec::Format,
    host::{Host, SocketId},
};

/// Returns the tags a session is accepted with: its id, its format, and the user's tags. A user's tag is prefixed with the
/// format, so that the host can list the receivers of one encoding.
///
/// # Errors
/// Returns an error if there are more than 10 tags or a tag is longer than 256 bytes. These are Cloudflare's limits, which every
/// host enforces.
pub(crate) fn host_tags(id: Uuid, format: Format, tags: &[String]) -> Result<Vec<String>> {
    let framework = [id.to_string(), format.to_string()];
    let tags: Vec<_> = framework.into_iter().chain(tags.iter().map(|tag| host_tag(format, tag))).collect();
    if tags.len() > 10 || tags.iter().any(|tag| tag.len() > 256) {
        return Err(Error::msg("too many tags, or one that is too long; at most 8 of 240 bytes fit"));
    }
    Ok(tags)
}

/// Returns the host's tag for a user's tag.
pub(crate) fn host_tag(format: Format, tag: &str) -> String {
    format!("{format}:{tag}")
}

/// Returns the user's tags of a socket.
pub(crate) fn user_tags(host: &dyn Host, socket: SocketId, format: Format) -> Vec<String> {
    let prefix = host_tag(format, "");
    host.tags(socket).iter().filter_map(|tag| tag.strip_prefix(&prefix)).map(str::to_owned).collect()
}
