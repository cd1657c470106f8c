//! A target as PostgreSQL's own programs read it: from variables, so that no password stands in a
//! list of processes.

use super::ConnectTarget;
use super::hosts::Address;
use super::tls::Authorities;

impl ConnectTarget {
    /// The variables for a program built on libpq. Source: PostgreSQL manual, 34.15 "Environment
    /// Variables".
    #[must_use]
    pub fn libpq_environment(&self) -> Vec<(&'static str, String)> {
        let each = |of: &dyn Fn(&super::hosts::Host) -> String| self.hosts.iter().map(of).collect::<Vec<_>>().join(",");
        let mut variables = vec![
            (
                "PGHOST",
                each(&|host| match &host.address {
                    Address::Tcp(name, _) => name.clone(),
                    Address::Socket(directory) => directory.to_string_lossy().into_owned(),
                }),
            ),
            ("PGPORT", each(&|host| host.port.to_string())),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGSSLMODE", self.tls.mode.name().to_owned()),
            ("PGCONNECT_TIMEOUT", self.connect_timeout.as_secs().max(2).to_string()),
        ];
        if let Some(password) = self.hosts.first().and_then(|host| self.password_for(host)) {
            variables.push(("PGPASSWORD", password.to_owned()));
        }
        match &self.tls.authorities {
            Some(Authorities::File(path)) => variables.push(("PGSSLROOTCERT", path.to_string_lossy().into_owned())),
            Some(Authorities::System) => variables.push(("PGSSLROOTCERT", "system".to_owned())),
            None => {}
        }
        if let Some((certificate, key)) = &self.tls.client {
            variables.push(("PGSSLCERT", certificate.to_string_lossy().into_owned()));
            variables.push(("PGSSLKEY", key.to_string_lossy().into_owned()));
        }
        let mut options = self.options.clone().unwrap_or_default();
        if self.is_keeping {
            options.push_str(" -c searxng.purpose=keeping");
        }
        if !options.trim().is_empty() {
            variables.push(("PGOPTIONS", options.trim().to_owned()));
        }
        variables
    }
}
