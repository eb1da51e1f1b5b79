//! What this server is called. A page that has rebound its own name to the server's address gives itself away by that name.

use std::net::{IpAddr, SocketAddr};

use crate::error::{Error, Result};

/// The names that this server is known by.
#[derive(Debug)]
pub(crate) struct Names {
    /// In lower case.
    known: Vec<String>,
    /// Whether it listens beyond this machine: then it is known by its addresses too, which this cannot list.
    public: bool,
}

impl Names {
    /// The names of a server that was told to listen on `host`, which is `address`, and to answer to `allowed` as well.
    ///
    /// # Errors
    /// [`Error::Name`] if one of `allowed` is no name of a host.
    pub(crate) fn new(host: &str, address: SocketAddr, allowed: &[String]) -> Result<Self> {
        if let Some(name) = allowed.iter().find(|name| !is_name(name)) {
            return Err(Error::Name { name: name.clone() });
        }
        let public = !address.ip().is_loopback();
        let mut known: Vec<String> = allowed
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        known.push(host.to_ascii_lowercase());
        // Nobody but this machine's owner gives its name. A server for this machine alone is not reached by it.
        if public {
            let name = gethostname::gethostname();
            known.extend(machine_names(&name.to_string_lossy(), &domains()));
        }
        Ok(Self { known, public })
    }

    /// Whether a request that names `host` (with or without a port) is meant for this server.
    pub(crate) fn know(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let loopback = name == "localhost"
            || name.ends_with(".localhost")
            || bare
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback());
        // Rebinding takes a name; an address is what it is.
        loopback
            || self.known.iter().any(|known| known == bare)
            || self.public && bare.parse::<IpAddr>().is_ok()
    }
}

/// Whether a text is the name or the address of a host, without a scheme, a port or a path.
pub(crate) fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.parse::<IpAddr>().is_ok() || text.split('.').all(is_part)
}

/// A request's host without its port.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') =>
        {
            name
        }
        _ => host,
    }
}

/// What a machine is called: its own name, with and without each domain that it may be in.
fn machine_names(name: &str, domains: &[String]) -> Vec<String> {
    let name = name.to_ascii_lowercase();
    let (short, own) = name.split_once('.').unwrap_or((&name, ""));
    if !is_name(short) {
        return Vec::new();
    }
    // Names that end in `local` are those that machines of one network give themselves.
    let domains = domains.iter().map(String::as_str).chain([own, "local"]);
    let mut names = vec![short.to_owned()];
    names.extend(
        domains
            .filter(|domain| is_name(domain))
            .map(|domain| format!("{short}.{}", domain.to_ascii_lowercase())),
    );
    names
}

/// The domains in which this machine looks names up, where the system says so in the usual place.
fn domains() -> Vec<String> {
    std::fs::read_to_string("/etc/resolv.conf")
        .map_or_else(|_| Vec::new(), |text| domains_in(&text))
}

fn domains_in(resolver: &str) -> Vec<String> {
    let lines = resolver.lines().map(str::split_ascii_whitespace);
    lines
        .filter_map(|mut words| matches!(words.next()?, "search" | "domain").then_some(words))
        .flatten()
        .map(|domain| domain.trim_matches('.').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(host: &str, address: &str, allowed: &[&str]) -> Result<Names> {
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Names::new(host, address.parse().unwrap(), &allowed)
    }

    #[test]
    fn a_local_server_is_known_by_local_names_only() {
        let names = names("127.0.0.1", "127.0.0.1:6006", &[]).unwrap();
        for host in [
            "localhost",
            "LocalHost:6006",
            "127.0.0.1:1",
            "127.0.0.2",
            "[::1]:6006",
            "[::1]",
            "a.localhost",
        ] {
            assert!(names.know(host), "{host}");
        }
        let machine = gethostname::gethostname().to_string_lossy().into_owned();
        for host in [
            "",
            "evil.example",
            "evil.example:6006",
            "10.0.0.1:6006",
            "localhost.evil.example",
            "127.0.0.1.evil",
            &machine,
        ] {
            assert!(!names.know(host), "{host}");
        }
    }

    #[test]
    fn a_public_server_is_known_by_addresses_the_name_it_was_given_and_that_of_its_machine() {
        let machine = gethostname::gethostname().to_string_lossy().into_owned();
        let short = machine.split('.').next().unwrap();
        for (host, address) in [("gpu7.lab", "10.0.0.7:6006"), ("0.0.0.0", "0.0.0.0:6006")] {
            let names = names(host, address, &[]).unwrap();
            for host in [
                &format!("{host}:6006"),
                "10.0.0.7",
                "[fe80::1]:80",
                "localhost",
                &machine,
                &format!("{}:6006", short.to_uppercase()),
                &format!("{short}.local"),
            ] {
                assert!(names.know(host), "{host}");
            }
            for host in ["evil.example", "", &format!("{short}.evil.example")] {
                assert!(!names.know(host), "{host}");
            }
        }
    }

    #[test]
    fn a_machine_is_in_its_own_domain_and_in_those_it_looks_names_up_in() {
        let domains = domains_in("# a\nnameserver 10.0.0.1\nsearch lab.example. uni.example\n");
        assert_eq!(domains, ["lab.example", "uni.example"]);
        assert_eq!(
            machine_names("GPU7.hpc", &domains),
            [
                "gpu7",
                "gpu7.lab.example",
                "gpu7.uni.example",
                "gpu7.hpc",
                "gpu7.local"
            ]
        );
        assert!(machine_names("", &domains).is_empty());
    }

    #[test]
    fn further_names_are_known_where_they_are_asked_for() {
        let known = names("127.0.0.1", "127.0.0.1:6006", &["Board.example"]).unwrap();
        assert!(known.know("board.example") && known.know("board.EXAMPLE:443"));
        assert!(!known.know("a.board.example") && !known.know("example"));
        for wrong in [
            "",
            "https://board.example",
            "board.example:80",
            "a..b",
            "*.example",
            "a/b",
        ] {
            let error = names("127.0.0.1", "127.0.0.1:6006", &[wrong]).unwrap_err();
            assert!(error.to_string().contains(&format!("'{wrong}'")), "{error}");
        }
    }
}
