//! Vocabulary of messages that are shown.

/// Words of the service's messages and of common English, sorted and separated by spaces. A name such
/// as `agency_urn` is composed of them. One text takes half of the memory of a list.
pub(super) static WORDS: &str = "\
    aborted about above absent accept acceptable accepted access accessed accessible accesskey \
    account accounts action actions activated active actual add added address admin administrator \
    af affected after again agencies agency agent ago ak aksk algorithm alias all allocated \
    allocation allow allowed allows already also always among an and another answer any ap apache \
    api apic apig apigw app appkey application applied apply approved apr april are argument \
    arguments arn array arrears arrived as assertion assertions assigned associated assume assumed \
    at attach attached attempt attempting attempts attribute attributes aud audience aug august \
    auth authenticate authenticated authentication authn authority authorization authorized \
    authorizer automatically available backend bad balance ban banned base base64 based basic be \
    bearer because been before begin being below bit bits blacklist blacklisted blocked body \
    boolean bound br brazil bucket busy but by byte bytes calculate calculated calculation call \
    caller calls can canceled cancelled cannot canonical capacity case cause cce center central \
    certificate certificates chain change changed character characters charset check checked claim \
    claims client clock closed cloud cluster cn code codes column com command compare complete \
    completed compliant component compute computed concern condition conditions config \
    configuration configurations configured conflict conflicting connect connected connecting \
    connection console constraint consumer contact contain contains content context contexts \
    continue contract control cookie cookies copy core correct corrupted could couldn count \
    counted country create created creating creation credential credentials critical cross \
    cryptographic current currently custom daily damaged data database date day days deadline \
    debugging dec december decode decoded decoder decoding decrypt dedicated default defined \
    degrades delegated delegation delete deleted deleting deletion denied denies deny describe \
    description descriptor desired destination detail developer device diagnostics did didn \
    difference different differs digest direct directory disable disabled disk div dns do document \
    documented does doesn domain domains don done down downgrade dpop dsig due duplicate duration \
    dynamic each early east echo ecs either elb element elements elsewhere email empty enable \
    enabled encoded encoding encountered encrypted end endpoint enough ensure enterprise entity \
    enum environment equal equals err error errors es256 escape eu even event events ever evs \
    exact example exceed exceeded exceeds exception excess execute executed execution exhausted \
    exist existing exists expect expected expiration expire expired expires expiry explicit \
    extended extension external extra fail failed failing failover fails failure failures false \
    feature feb february federation fetch fi field fields file files filter final find fingerprint \
    finish firewall first fix flag flavor following for forbidden form format formed found \
    fractional frequency frequently fri from frozen fulfilling full function functions further \
    future gateway gateways general generate generated get given global gmt gone got grace grant \
    granted grants group h1 h2 h3 had hand handle happened has hash hasn have haven he head header \
    headers help her here high higher his hmac holder host hosts hour hours how hr hs256 html http \
    http2 https iam iam5 id identifier identifiers identities identity idp ids ietf if iic illegal \
    image implemented implicit in inactive includes incorrect index information informational \
    initial initialize inline inner input insert instance instances instead insufficient integer \
    integrity intercepted interface interim intermediary internal internet invalid invoke ip ipv4 \
    ipv6 is isn issue issued issuer issuers issuing it its itself jan january job join json jul \
    july jun june just jwt kb kept key keys keystone keyword kind kms la lack large larger last \
    late later latest leading least left length less level li license lifetime limit limits line \
    lines link linked list listed listen lists ll load loaded local locale location locations lock \
    locked lockout log logged logging login logs long longer loop lost low lower made mail main \
    maintenance malformed manage manager mandatory manual many map mapping mar march marker match \
    matches matching max maximum may mb me mechanism media member memory message messages metadata \
    method mfa million milliseconds min minimum minute minutes mismatch mismatched missed missing \
    mobile mode model modified modify module mon month months more most moved ms msg multi \
    multiple must mutual my myhuaweicloud na name names namespace need needed negative negotiate \
    neither network networks never new newer newest next nginx nil no node non nonce none normal \
    north northeast northwest not nothing notification notify nov november now null number numbers \
    numeric oauth2 object obs obtain obtained occurred oct october of offset oidc ok old older \
    omitted on once one online only open openresty operation operations operator option optional \
    options or orchestration order organization organizations origin original other otherwise otp \
    our out outdated outer outside over overlap own owned owner package page pagination pap5 \
    parameter parameters parent parse parsed parsing part parts party pass passcode passed \
    passphrase password passwords past patch path patterns payload payment peer pending per \
    percent perform performed period permanent permanently permission permissions permit permitted \
    phone physical place placed plain plan platform please plug point policies policy pool port \
    position positive possible post pre precondition predefined predicate prefix premium present \
    presented prevented previous primary principal principals private problem procedure process \
    processed processing product production profile progress prohibited project projects proof \
    properties property proposal protected protection protocol provide provided provider providers \
    provision proxy public published put query queue quick quota quotas quoted quotes raised \
    random range rate ratelimit rds re reach reached read readable reads ready real reason rebuild \
    receive received receiving recently recipient recommended record recorded records recover \
    redirect redirected redirection reference refresh refreshed refused regenerate region regions \
    register registered registration registry regular reject rejected rejects related release \
    released reload relogin remain remaining remote remove removed removes renew renewed repeat \
    repeated replace replaced replay replica report reported request requested requests require \
    required requires reserved reset resolution resolve resource resources respond responded \
    response responses restart restore restricted restriction resubmit result results resume \
    retries retrieve retry return returned returns reuse reused reverse review revision revoked \
    rights risk role roles root rotate rotated route router rs256 ru rule rules running runtime sa \
    same saml sample sat satisfied schema scheme scope scopes script sdk search second seconds \
    secret sections secure security securitytoken see selected self semantically send sending sent \
    sep separator september sequence serial series server servers service services session \
    sessions set setting settings several sha256 share shared she short should shown shut shutdown \
    side sign signature signed signing similar simple since single site size sk skew slash slow \
    sm3 small so some sometimes soon sorry sort source south southeast southwest space span \
    special specification specified specify ssl stack stage stale standard start started starting \
    starts state statement static status still stop stopped storage store stored storing strategy \
    stream string strong structure sts sts5 style subject submit submitted subnet subscribe \
    subscription substitute success successful successfully such suffix sun supplied supply \
    support supported supports suspend suspended switching sync synchronize system table tag tags \
    taken target task tasks template temporarily temporary tenant tenants term terminated test \
    text than that the their them then there they third this those though thread threshold \
    throttling through thu ticket tier time timed timeout times timestamp timestamps title tls \
    tls1 to token tokens tolerance too tool top total totp tr trace trailing transaction transfer \
    transitive translate transport treated trial tries trigger true truncated trust trusted try \
    tue two type types ul unable unassigned unauthenticated unauthorized unavailable unchecked \
    undefined under undergoing unexpected unexpectedly unique unit unknown unlock unlocked \
    unlogged unprocessable unreachable unreadable unrecognized unset unsigned unsupported until \
    untrusted unverified up update updated updating upgrade upload upper upstream urgent uri url \
    urls urn urns us usage use used user username users using utc utf utf8 v11 v2 v3 v5 valid \
    validate validated validation validator validity value values variable ve vendor verification \
    verified verify version versions very via view violates violation virtual visible volume vpc \
    wait waited waiting warn warning was wasn we web wed week well were weren west what when where \
    which while who whose why wi wildcard will window with within without won workspace write \
    written wrong x509 xml xmlns xsdk year years yes yet you your zero zone";

/// Names whose values are shown if they have the form of an identifier, sorted, without separators
/// and in lower case.
#[rustfmt::skip]
pub(super) static FIELDS: [&str; 18] = [
    "accesskeyid", "accountid", "agency", "ak", "count", "domainid", "errorcode", "host",
    "iamrequestid", "limit", "line", "port", "projectid", "region", "requestid", "status", "time",
    "traceid",
];

/// Services whose actions, as in `iam:agencies:assume`, and URNs are shown, sorted.
#[rustfmt::skip]
pub(super) static SERVICES: [&str; 26] = [
    "aom", "apig", "cbr", "cce", "cdn", "ces", "csms", "cts", "dcs", "dds", "dms", "dns", "ecs",
    "elb", "evs", "functiongraph", "iam", "ims", "kms", "lts", "obs", "rds", "smn", "sts", "swr",
    "vpc",
];
