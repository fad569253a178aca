//! Ways to write an address that leads inside.

/// Hosts: this one, its neighbours, and metadata services.
const HOSTS: &[&str] = &[
    // This host, as people write it.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "ip6-localhost",
    // The same, as `inet_aton` reads it: parts left out, octal, hexadecimal, one number.
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "127.0.0.01",
    "127.000.000.001",
    // Any address of this host.
    "0.0.0.0",
    "0",
    "0x0",
    "0.1",
    // IPv6, and IPv4 within it: mapped, compatible, NAT64, 6to4, Teredo.
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:0.0.0.0]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    // Metadata services.
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "169.254.169.254.",
    // Link-local, multicast, broadcast, documentation, benchmarks, and what is given to nobody.
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    // Names that others would fold, and names that lead here.
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "ｌｏｃａｌｈｏｓｔ",
    "loc\u{ad}alhost",
    "xn--lcalhost-54a",
    "inside.example",
    "127.0.0.1.inside.example",
];

/// Addresses of private networks, which AWS's own names may have.
const PRIVATE: &[&str] = &[
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "0xa000001",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
];

/// Whole addresses; `PORT` is the canary's.
const ADDRESSES: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "HTTP://LOCALHOST:PORT/",
    "https://public.example@127.0.0.1:PORT/",
    "https://public.example:443@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT@inside.example/",
    "https://127.0.0.1:PORT#@inside.example/",
    "https://inside.example:PORT\\@127.0.0.1/",
    "https://127.0.0.1:PORT/..//",
    "https://127.0.0.1:PORT?inside.example",
    "https:///127.0.0.1:PORT/",
    "https:127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    " https://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/\r\nHost: inside.example",
    "https://127.0.0.1%00.inside.example:PORT/",
    "https://%31%32%37.0.0.1:PORT/",
    "https://127.0.0.1:PORT:443/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/_GET",
    "unix:///run/docker.sock",
    "unix:/run/docker.sock:/",
    "ftp://127.0.0.1:PORT/",
    "dict://127.0.0.1:PORT/stat",
    "ldap://127.0.0.1:PORT/",
    "ws://127.0.0.1:PORT/",
    "data:text/plain,127.0.0.1:PORT",
    "javascript:fetch('https://127.0.0.1:PORT/')",
    "",
];

/// All forms, as addresses.
pub(super) fn all(port: u16) -> Vec<String> {
    let hosts = HOSTS.iter().chain(PRIVATE);
    let hosts = hosts.map(|host| format!("https://{host}:{port}/"));
    let whole = ADDRESSES.iter();
    let whole = whole.map(|address| address.replace("PORT", &port.to_string()));
    hosts.chain(whole).collect()
}
