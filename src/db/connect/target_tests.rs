//! Tables of connection strings and what they mean.

use super::*;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<ConnectTarget> {
    ConnectTarget::parse_in(text, &|name| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

fn told(text: &str, environment: &[(&str, &str)]) -> String {
    parse(text, environment).map_or_else(|error| format!("error: {error}"), |target| target.to_string())
}

#[test]
fn addresses_mean_what_libpq_makes_of_them() {
    for (text, expected) in [
        ("postgres://u@h/d", "database d on h:5432 as u (sslmode prefer)"),
        ("postgresql://u@h", "database u on h:5432 as u (sslmode prefer)"),
        ("postgres://u@[::1]:7/d", "database d on [::1]:7 as u (sslmode prefer)"),
        ("postgres://u@a,b:2/d", "database d on a:5432 or b:2 as u (sslmode prefer)"),
        ("host=a,b port=9 user=u", "database u on a:9 or b:9 as u (sslmode prefer)"),
        ("postgres://u@/d?host=/run/pg", "database d on /run/pg/.s.PGSQL.5432 as u"),
        ("host='/run/my pg' port=1 user=u dbname=d", "database d on /run/my pg/.s.PGSQL.1 as u"),
        ("postgres://u@%2Frun%2Fpg:2/d", "database d on /run/pg/.s.PGSQL.2 as u"),
        ("postgres://u@h/d?sslmode=verify-full", "database d on h:5432 as u (sslmode verify-full)"),
        ("postgres://u@h/d?sslrootcert=system", "database d on h:5432 as u (sslmode verify-full)"),
        ("hostaddr=10.0.0.1 user=u", "database u on 10.0.0.1:5432 as u (sslmode prefer)"),
        ("host=h user=first user=last", "database last on h:5432 as last (sslmode prefer)"),
    ] {
        assert_eq!(told(text, &[]), expected, "{text}");
    }
}

#[test]
fn the_environment_gives_defaults_only() {
    let environment = [
        ("PGHOST", "env-host"),
        ("PGHOSTADDR", "10.9.9.9"),
        ("PGPORT", "6000"),
        ("PGUSER", "env-user"),
        ("PGDATABASE", "env-db"),
        ("PGSSLMODE", "require"),
        ("PGPASSWORD", "env-password"),
    ];
    for (text, expected) in [
        ("", "database env-db on env-host:6000 as env-user (sslmode require)"),
        ("postgres://u@h:1/d?sslmode=disable", "database d on h:1 as u (sslmode disable)"),
        ("dbname=d", "database d on env-host:6000 as env-user (sslmode require)"),
    ] {
        assert_eq!(told(text, &environment), expected, "{text}");
    }
    let target = parse("postgres://u@h/d", &environment).expect("the address is right");
    assert_eq!(target.password_for(&target.hosts[0]), Some("env-password"));
    assert_eq!(target.hosts[0].address, Address::Tcp("h".to_owned(), None));
    let target = parse("postgres://u:own@h/d", &environment).expect("the address is right");
    assert_eq!(target.password_for(&target.hosts[0]), Some("own"));
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_would_be_right() {
    for (text, expected) in [
        ("postgres://u@h/d?schema=public", "unknown parameter \"schema\". Understood are: host, hostaddr, port"),
        ("postgres://u@h/d?sslmode=on", "sslmode=on is not known; it should be one of prefer, disable"),
        ("postgres://u@h:0/d", "a number from 1 to 65535"),
        ("postgres://u@h:70000/d", "a number from 1 to 65535"),
        ("host=a,b,c port=1,2 user=u", "names 3 hosts, 0 numbers (hostaddr) and 2 ports"),
        ("hostaddr=localhost user=u", "is not an IP address"),
        ("postgres://u@h/d?connect_timeout=soon", "connect_timeout should be a whole number"),
        ("postgres://u@h/d?target_session_attrs=fast", "one of any, read-write"),
        ("postgres://u@h/d?sslcert=/c.pem", "sslcert without sslkey"),
        ("postgres://u@h/d?sslmode=require&sslrootcert=system", "needs sslmode=verify-full"),
        ("postgres://u@h/d?sslnegotiation=direct", "needs sslmode=require"),
        ("postgres://u@h/d?client_encoding=latin1", "only be UTF8"),
        ("postgres://u@h/d?gssencmode=require", "not supported"),
    ] {
        let message = told(text, &[]);
        assert!(message.starts_with("error: ") && message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn no_form_shows_the_password() {
    let target = parse("postgres://u:secret@h/d", &[]).expect("the address is right");
    assert!(!format!("{target} {target:?}").contains("secret"));
}

#[cfg(unix)]
#[test]
fn the_password_file_is_asked_last_and_per_host() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let path = directory.path().join(".pgpass");
    std::fs::write(&path, "a:5432:d:u:for a\nlocalhost:5432:d:u:for sockets\nb:*:*:*:for b\n")
        .expect("it can be written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("the mode can be set");
    let home = directory.path().to_string_lossy().into_owned();
    let file = path.to_string_lossy().into_owned();
    for environment in [[("HOME", home.as_str())], [("PGPASSFILE", file.as_str())]] {
        let target = parse("postgres://u@a,b,c,%2Frun%2Fpg/d", &environment).expect("the address is right");
        let passwords: Vec<_> = target.hosts.iter().map(|host| target.password_for(host)).collect();
        assert_eq!(passwords, [Some("for a"), Some("for b"), None, Some("for sockets")]);
        let other = target.with_database("other");
        assert_eq!(other.password_for(&other.hosts[0]), None);
    }
}
