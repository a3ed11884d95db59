package settings

import (
	"maps"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// Who reads a setting.
var (
	user   = []string{metric.User}
	admin  = []string{metric.Admin}
	canary = []string{metric.Canary}
	both   = []string{metric.User, metric.Admin}
	all    = []string{metric.User, metric.Admin, metric.Canary}
	server = []string{Server}
)

// Server is the command that runs services where Lambda does not, as a reader of
// settings.
const Server = "sgsend serve"

// Both are the two services, in the place of one of them.
const Both = "both"

// Where bytes and the ledger are kept.
const (
	S3       = "s3"       // bytes: a bucket of S3, or of what speaks as S3 does
	DynamoDB = "dynamodb" // the ledger: a table
	Disk     = "disk"     // either: a folder of this machine
)

// What a receiver of webhooks can be told of.
const (
	WebhookCompleted   = "transfer.completed"
	WebhookDownloaded  = "transfer.downloaded"
	WebhookExpired     = "transfer.expired"
	WebhookNearlySpent = "token.nearly_spent"
)

// WebhookTypes are all of them.
var WebhookTypes = []string{WebhookCompleted, WebhookDownloaded, WebhookExpired, WebhookNearlySpent}

const day = 24 * time.Hour

// maxObject is the most that S3 keeps in one object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const maxObject = 5 << 40

// maxConnections bounds what bounds others: more than one machine has.
const maxConnections = 1_000_000

// maxPending bounds what bounds others: as much as anybody stores.
const maxPending = 1 << 60

// What both services are told.
var (
	Stage = define(StageName(), Entry{
		Env: "SEND__STAGE", By: all, Key: "stage",
		Doc: "What the services call themselves, such as `dev`, `qa`, `prod` or `pr-123`; metrics are counted by it. A " +
			"stack that says nothing takes its own name.",
	})
	StorageMode = define(Choice(S3, Disk), Entry{
		Env: "SEND__STORAGE_MODE", By: both,
		Doc: "Place of the bytes: `s3` (a bucket of S3, or of what speaks as S3 does) or `disk` (a folder of this machine).",
	})
	LedgerMode = define(Choice(DynamoDB, Disk), Entry{
		Env: "SEND__LEDGER_MODE", By: both,
		Doc: "Place of the ledger: `dynamodb` or `disk` (a file in the folder of this machine, for one process). Where " +
			"nothing is said, `dynamodb` with bytes in `s3`, and otherwise `disk`.",
	})
	LedgerTable = define(Text(), Entry{
		Env: "SEND__LEDGER_TABLE", By: all,
		Doc: "Name of the DynamoDB table that keeps the ledger. Needed by a ledger in `dynamodb`, and by a canary whose " +
			"token is there.",
	})
	LedgerEndpoint = define(URL(), Entry{
		Env: "SEND__LEDGER_ENDPOINT", By: both,
		Doc: "Address of what stands in for DynamoDB. Where nothing is said, AWS's, or what the SDK's own variables say.",
	})
	DiskPath = define(Text(), Entry{
		Env: "SEND__DISK_PATH", By: both,
		Doc: "Folder that keeps the data. Needed by whatever is on `disk`.",
	})
	S3Endpoint = define(URL(), Entry{
		Env: "SEND__S3_ENDPOINT", By: both,
		Doc: "Address of what speaks as S3 does, such as `https://storage.googleapis.com`; browsers reach it, too. Where " +
			"nothing is said, AWS's, or what the SDK's own variables say.",
	})
	S3Region = define(Matching("^[A-Za-z0-9-]{1,64}$", "must be the name of a region"), Entry{
		Env: "SEND__S3_REGION", By: both,
		Doc: "Region of the buckets, such as `auto`, where it is not that of `AWS_REGION`.",
	})
	S3PathStyle = define(Bool(), Entry{
		Env: "SEND__S3_PATH_STYLE", By: both,
		Doc: "Buckets stand in the path of a URL, not in the name of its host. Where nothing is said, true of an address " +
			"that was set, and false of AWS's.",
	})
	S3AccessKeyID = define(Text(), Entry{
		Env: "SEND__S3_ACCESS_KEY_ID", By: both,
		Doc: "Access key for the buckets alone. Where nothing is said, the credentials that the SDK finds.",
	})
	S3SecretAccessKey = defineSecret(Text(), Entry{
		Env: "SEND__S3_SECRET_ACCESS_KEY", By: both,
		References: References{Parameters: true},
		Doc:        "Secret access key that goes with it.",
	})
	LogLevel = define(Level(), Entry{
		Env: "SEND__LOG_LEVEL", By: both, Default: "info", Key: "logLevel", KeyDefault: "info",
		Doc: "Least level that is logged: `debug`, `info`, `warn` or `error`.",
	})
	RateLimits = define(Rates(), Entry{
		Env: "SEND__RATE_LIMITS", By: both, Key: "rateLimits",
		Doc: "Limits as `name=N/duration` or `name=off`, separated by commas, or `off` for none; names are " +
			strings.Join(slices.Sorted(maps.Keys(send.DefaultRates)), ", ") + ". What is not named keeps its built-in limit.",
	})
	OriginSecrets = defineSecrets(SecretText(), Entry{
		Env: "SEND__ORIGIN_SECRETS", By: slices.Concat(both, canary),
		References: References{Parameters: true, Ledger: send.SharedOrigin},
		Doc: "Secrets by which CloudFront proves itself, separated by commas, the current one first. With one, a request " +
			"that brings none of them is refused.",
	})
	TrustedProxies = define(Prefixes(), Entry{
		Env: "SEND__TRUSTED_PROXIES", By: both,
		Doc: "Address ranges of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, " +
			"separated by commas. The latter also of one on this machine.",
	})
	Connections = define(Int(1, maxConnections), Entry{
		Env: "SEND__CONNECTIONS", By: both, Default: "1000",
		Doc: "Connections that a service has open at most. One that rests makes room for a new one. Not on Lambda.",
	})
	ClientConnections = define(Int(1, maxConnections), Entry{
		Env: "SEND__CLIENT_CONNECTIONS", By: both, Default: "100",
		Doc: "Connections of one client at most, an IPv4 address or the /64 of an IPv6 one; through a proxy that is " +
			"trusted, its requests in flight. Not on Lambda.",
	})
	Drain = define(Duration(0, time.Hour), Entry{
		Env: "SEND__DRAIN", By: both, Default: "0s",
		Doc: "Time that a service goes on when it is told to end, and says meanwhile that it is not ready: what a load " +
			"balancer needs to turn to another. Not on Lambda.",
	})
	Shutdown = define(Duration(time.Second, time.Hour), Entry{
		Env: "SEND__SHUTDOWN", By: both, Default: "30s",
		Doc: "Time that requests which are under way may take then, before they are cut off. Whoever ends the process has " +
			"to wait as long as both. Not on Lambda.",
	})
	TLS = define(Bool(), Entry{
		Env: "SEND__TLS", By: both,
		Doc: "Clients come by TLS, whoever ends it, always. On Lambda true; elsewhere, where nothing is said, each request " +
			"shows it: by its connection, or by a proxy's `X-Forwarded-Proto`.",
	})
	PublicURL = define(Origin(), Entry{
		Env: "SEND__PUBLIC_URL", By: both,
		Doc: "Origin by which people reach the user service, without a path: absolute URLs begin with it, and links that " +
			"invite to send. Where nothing is said, URLs begin with the one that was asked, and there are no invitations.",
	})
	MetricsAddr = define(Address(), Entry{
		Env: "SEND__METRICS_ADDR", By: both,
		Doc: "Address at which Prometheus reads metrics, such as `127.0.0.1:9090`. Not on Lambda.",
	})
	EmbedMetrics = define(Bool(), Entry{
		Env: "SEND__EMBED_METRICS", By: both,
		Doc: "Counts go into the lines of the log as well, in CloudWatch's embedded metric format. On Lambda true; " +
			"elsewhere, where nothing is said, false.",
	})
	ServiceKey = defineSecrets(SecretText(), Entry{
		Env: "SEND__ADMIN__SERVICE_KEY", By: both,
		References: References{Parameters: true, Ledger: send.SharedService},
		Doc: "Key by which the user service may look tokens up, use them and hand events over, and nothing else. With one, " +
			"the user service needs no API key to ask the admin service. Several, separated by commas, while it is changed: " +
			"the first is shown, each is accepted.",
	})
	APIKeyName = define(HeaderName(), Entry{
		Env: "FAST_API__AUTH__API_KEY__NAME", By: admin, Secret: true,
		Doc: "Header that carries the admin API key.",
	})
	APIKeyValue = defineSecret(SecretText(), Entry{
		Env: "FAST_API__AUTH__API_KEY__VALUE", By: admin,
		References: References{Parameters: true},
		Doc:        "Admin API key.",
	})
	OldAPIKeyValue = defineSecret(SecretText(), Entry{
		Env: "FAST_API__AUTH__API_KEY__OLD_VALUE", By: admin,
		References: References{Parameters: true},
		Doc:        "Admin API key of before, which is accepted as well, so that a key is changed without an outage.",
	})
)

// What the user service is told.
var (
	UserAddr = define(Address(), Entry{
		Env: "SEND__USER_ADDR", By: user, Default: "127.0.0.1:8080",
		Doc: "Address at which the user service listens, where Lambda does not call it.",
	})
	CORSOrigins = define(Origins(), Entry{
		Env: "SEND__CORS_ORIGINS", By: user, Key: "corsOrigins",
		Doc: "Origins of other sites whose pages may call the user service and upload to the bucket, separated by commas. " +
			"The service's own addresses are always allowed.",
	})
	MaxTransferBytes = define(Bytes(maxObject), Entry{
		Env: "SEND__MAX_TRANSFER_BYTES", By: user, Default: "10GiB", Key: "maxTransferBytes", KeyDefault: "1073741824",
		Doc: "Largest file, in bytes, or as in `5GiB`; what sealing adds to it is allowed besides.",
	})
	PendingBytes = define(Bytes(maxPending), Entry{
		Env: "SEND__PENDING_BYTES", By: user, Key: "pendingBytes",
		Doc: "What the uploads that one sender has under way may come to, in bytes, or as in `200GiB`. Where nothing is " +
			"said, 20 times the largest transfer. Below twice the largest transfer, that cannot be put to a presigned URL " +
			"as a whole.",
	})
	PendingBytesAll = define(Bytes(maxPending), Entry{
		Env: "SEND__PENDING_BYTES_ALL", By: user, Key: "pendingBytesAll",
		Doc: "What the uploads that all senders have under way may come to, in bytes, or as in `2TiB`. Where nothing is " +
			"said, they have no bound but the disk's.",
	})
	DefaultTTL = define(Duration(time.Minute, send.MaxLifetime), Entry{
		Env: "SEND__DEFAULT_TTL", By: user, Default: "7d", Key: "defaultTtl", KeyDefault: "24h",
		Doc: "Life of a transfer whose sender names none.",
	})
	MaxTTL = define(Duration(time.Minute, send.MaxLifetime), Entry{
		Env: "SEND__MAX_TTL", By: user, Default: "30d", Key: "maxTtl", KeyDefault: "168h",
		Doc: "Longest life a sender may ask for; at most 720h, the last lifetime class.",
	})
	TransfersBucket = define(BucketName(), Entry{
		Env: "SEND__S3_BUCKET", By: user,
		Doc: "Name of the S3 bucket that keeps the ciphertext. Needed by bytes in `s3`.",
	})
	S3Links = define(Bool(), Entry{
		Env: "SEND__S3_LINKS", By: user, Default: "true",
		Doc: "Large files go between clients and bucket by presigned URLs. `false` where clients do not reach the bucket: " +
			"then all goes through the service.",
	})
	DirectBytes = define(Bytes(maxObject), Entry{
		Env: "SEND__DIRECT_BYTES", By: user,
		Doc: "Largest request or answer that goes through the service, in bytes, or as in `24MiB`: larger files go by " +
			"presigned URLs. On Lambda 5 MiB; elsewhere, where nothing is said, any.",
	})
	AdminURL = define(URL(), Entry{
		Env: "SGRAPH_SEND__ADMIN__BASE_URL", By: user,
		Doc: "Admin service that the user service asks who may send.",
	})
	AdminNextURL = define(URL(), Entry{
		Env: "SEND__ADMIN__NEXT_URL", By: user,
		Doc: "Admin service that it asks for what comes by the alias `next` of its function, where a version is tried " +
			"before it is live. Where nothing is said, the same. On Lambda only.",
	})
	AdminKeyName = define(HeaderName(), Entry{
		Env: "SGRAPH_SEND__ADMIN__API_KEY__NAME", By: user, Secret: true,
		Doc: "Header in which the user service sends its key to the admin service.",
	})
	AdminKeyValue = defineSecret(SecretText(), Entry{
		Env: "SGRAPH_SEND__ADMIN__API_KEY__VALUE", By: user,
		References: References{Parameters: true},
		Doc:        "Key that the user service sends to the admin service.",
	})
	SharedToken = defineSecrets(AccessToken(), Entry{
		Env: "SGRAPH_SEND__ACCESS_TOKEN", By: user,
		References: References{Parameters: true},
		Doc: "One access token for all senders, where no admin service is asked. Several, separated by commas, while it is " +
			"changed.",
	})
	EnableAuth = define(Bool(), Entry{
		Env: "SEND__ENABLE_AUTH", By: user, Default: "true",
		Doc: "Senders need a token. `false`, where no admin service and no shared token is named, lets everyone send.",
	})
)

// What the admin service is told.
var (
	AdminAddr = define(Address(), Entry{
		Env: "SEND__ADMIN_ADDR", By: admin, Default: "127.0.0.1:8081",
		Doc: "Address at which the admin service listens, where Lambda does not call it.",
	})
	UserURL = define(URL(), Entry{
		Env: "SEND__USER_BASE_URL", By: admin,
		Doc: "Address of the user service, which the console's system page shows.",
	})
	CacheBucket = define(BucketName(), Entry{
		Env: "CACHE__SERVICE__BUCKET_NAME", By: admin,
		Doc: "Name of the S3 bucket that keeps the audit trail. Needed by bytes in `s3`.",
	})
	AuditRetention = define(Duration(day, 3650*day), Entry{
		Env: "SEND__AUDIT_RETENTION", By: admin, Default: "90d",
		Doc: "Time that the audit trail is kept. On AWS the bucket's rule removes it, and the program says here when.",
	})
	AdminAllow = define(Prefixes(), Entry{
		Env: "SEND__ADMIN_ALLOW", By: admin, Key: "adminAllow",
		Doc: "Address ranges from which operators may come, separated by commas; others are answered 403, whatever they " +
			"bring. Whoever brings the service key may come from anywhere. Where nothing is said, so may all.",
	})
	WebhookURL = define(HTTPS(), Entry{
		Env: "SEND__WEBHOOK_URL", By: admin, Key: "webhookUrl",
		Doc: "Address that is told of events by [webhooks](webhooks.md), by `https` only. Where nothing is said, nobody is.",
	})
	WebhookEvents = define(Choices(WebhookTypes...), Entry{
		Env: "SEND__WEBHOOK_EVENTS", By: admin, Key: "webhookEvents",
		Doc: "Events of which it is told, such as `transfer.completed`, separated by commas. Where nothing is said, of all.",
	})
	WebhookPrivate = define(Bool(), Entry{
		Env: "SEND__WEBHOOK_PRIVATE", By: admin, Default: "false", Key: "webhookPrivate",
		Doc: "It may have an address of a private network, or of this machine.",
	})
	StackName = define(StageName(), Entry{
		Env: "SEND__STACK", By: admin,
		Doc: "Stack on AWS that the service is part of, as the Pulumi program says it: the console shows its alarms and " +
			"which versions serve. Where nothing is said, there are none.",
	})
	SessionIdle = define(Duration(5*time.Minute, 7*day), Entry{
		Env: "SEND__SESSION_IDLE", By: admin, Default: "1h", Key: "sessionIdle",
		Doc: "Time after which a session in the console that is not used ends.",
	})
	SessionLife = define(Duration(5*time.Minute, 7*day), Entry{
		Env: "SEND__SESSION_LIFE", By: admin, Default: "8h", Key: "sessionLife",
		Doc: "Time after its login at which a session in the console ends, however much it is used.",
	})
	AdminPublicURL = define(Origin(), Entry{
		Env: "SEND__ADMIN_PUBLIC_URL", By: admin, Key: "adminUrl",
		Doc: "Origin by which operators reach the console, such as `https://admin.send.example.org`, without a path: " +
			"single sign-on sends them back there. A stack, or a server, with names of its own knows it.",
	})
	OIDCIssuer = define(Issuer(), Entry{
		Env: "SEND__OIDC_ISSUER", By: admin, Key: "oidcIssuer",
		Doc: "Issuer of [single sign-on](sign-on.md): the address, by `https`, of a provider of OpenID " +
			"Connect, letter by letter as it says it. Where nothing is said, the API key alone opens the console.",
	})
	OIDCClientID = define(Text(), Entry{
		Env: "SEND__OIDC_CLIENT_ID", By: admin, Key: "oidcClientId",
		Doc: "Client that the console is to the provider. Needed by an issuer.",
	})
	OIDCClientSecret = defineSecret(Text(), Entry{
		Env: "SEND__OIDC_CLIENT_SECRET", By: admin,
		References: References{Parameters: true},
		Doc:        "Secret of that client. Where nothing is said, it is a public one.",
	})
	OIDCScopes = define(List(), Entry{
		Env: "SEND__OIDC_SCOPES", By: admin, Default: "profile", Key: "oidcScopes",
		Doc: "Scopes that are asked for beside `openid`, separated by commas: some providers tell the groups of a person " +
			"only for a scope such as `groups`.",
	})
	OIDCClaim = define(Text(), Entry{
		Env: "SEND__OIDC_CLAIM", By: admin, Default: "groups", Key: "oidcClaim",
		Doc: "Claim of the ID token, a text or a list of texts, that says what a person may do.",
	})
	OIDCOperators = define(List(), Entry{
		Env: "SEND__OIDC_OPERATORS", By: admin, Key: "oidcOperators",
		Doc: "Values of the claim that make an operator, separated by commas. An issuer needs these, or those of viewers.",
	})
	OIDCViewers = define(List(), Entry{
		Env: "SEND__OIDC_VIEWERS", By: admin, Key: "oidcViewers",
		Doc: "Values of the claim that make a viewer, who sees all that is no secret, and changes nothing. Who has values " +
			"of both is an operator, and who has none is refused.",
	})
	Deployment = define(JSON(), Entry{
		Env: "SEND__DEPLOYMENT", By: admin,
		Doc: "What a deploy asks of the service, in JSON, as the Pulumi program writes it. It is done before the service " +
			"listens; what is done already stays as it is. A function is invoked for it instead.",
	})
	// CacheServiceURL is part of what a stack tells its functions; nothing
	// reads it yet.
	CacheServiceURL = define(URL(), Entry{
		Env: "URL__TARGET_SERVER__CACHE_SERVICE", Secret: true,
		Doc: "Base URL of the cache service.",
	})
)

// What a server is told of itself, whichever services it runs.
var (
	RunService = define(Choice(metric.User, metric.Admin, Both), Entry{
		Env: "SEND__SERVICE", By: server, Default: Both,
		Doc: "Service that the command runs: `user`, `admin`, or `both`, in one process. `--service` goes first.",
	})
	Domain = define(HostName(), Entry{
		Env: "SEND__DOMAIN", By: server,
		Doc: "Name at which people reach the user service, such as `send.example.org`. With one the command speaks TLS at " +
			"`SEND__HTTPS_ADDR`, for all services that it runs; without a certificate of its own it gets one, by ACME.",
	})
	AdminDomain = define(HostName(), Entry{
		Env: "SEND__ADMIN_DOMAIN", By: server,
		Doc: "Name at which operators reach the console, where there is a domain. Where nothing is said, `admin.` before " +
			"it.",
	})
	HTTPSAddr = define(Address(), Entry{
		Env: "SEND__HTTPS_ADDR", By: server, Default: ":443",
		Doc: "Address at which services with a domain listen, in the place of their own.",
	})
	HTTPAddr = define(Address(), Entry{
		Env: "SEND__HTTP_ADDR", By: server, Default: ":80",
		Doc: "Address at which whoever comes without TLS is sent on to it, where there is a domain; ACME asks there, too.",
	})
	TLSCert = define(Text(), Entry{
		Env: "SEND__TLS_CERT", By: server,
		Doc: "File with a certificate and those that lead to its authority, in PEM. With one the command speaks TLS, " +
			"at `SEND__HTTPS_ADDR` or, without a domain, at the addresses of the services. It is read again when it changes.",
	})
	TLSKey = define(Text(), Entry{
		Env: "SEND__TLS_KEY", By: server,
		Doc: "File with the key of the certificate, in PEM.",
	})
	ACMEDirectory = define(URL(), Entry{
		Env: "SEND__ACME_DIRECTORY", By: server, Default: "https://acme-v02.api.letsencrypt.org/directory",
		Doc: "Authority that certificates are got from, by ACME: Let's Encrypt where nothing is said. Its terms of service " +
			"are agreed to. To try, `https://acme-staging-v02.api.letsencrypt.org/directory` has no limits to run into.",
	})
	ACMEEmail = define(Matching(`^[^@\s,]+@[^@\s,]+$`, "must be an address of e-mail"), Entry{
		Env: "SEND__ACME_EMAIL", By: server,
		Doc: "Address of e-mail that the authority writes to.",
	})
	ACMECache = define(Text(), Entry{
		Env: "SEND__ACME_CACHE", By: server,
		Doc: "Folder that keeps the certificates and their keys. Where nothing is said, `acme` beside the data.",
	})
)

// What the canary is told.
var (
	CanaryURL = define(URL(), Entry{
		Env: "CANARY__URL", By: canary,
		Doc: "Address at which people reach the user service.",
	})
	CanaryNextURL = define(URL(), Entry{
		Env: "CANARY__NEXT_URL", By: canary,
		Doc: "Address of the user service's alias `next`, where the canary sends when it is invoked with " +
			"`{\"next\": true}`, as `sgsend traffic` does. On Lambda only.",
	})
	CanaryToken = defineSecret(Text(), Entry{
		Env: "CANARY__TOKEN", By: canary,
		References: References{Parameters: true, Ledger: send.SharedCanary},
		Doc:        "Access token without a limit.",
	})
)
