package hostile

import (
	"strings"

	"sgraph.ai/send/shared/wire"
)

// attempt is what is sent on a connection of its own, and what has to come back. A last,
// honest request follows it at once, so that what is answered says where the service
// takes the attempt to end: a request that was hidden in it would be one answer more.
type attempt struct {
	topic, name string
	of          wire.Service // 0 = both
	sent        string       // with {names} of what is genuine
	ends        bool         // the client then closes its side, and no honest request follows
	answer      string       // as hear describes it
	admin       string       // and that of the admin service; "" = the same

	// A function never sees it: what stands before it reads the bytes, and hands over
	// a request, or none.
	framing bool
}

// What attempts are made of.
const (
	get  = "GET /info/health HTTP/1.1\r\nHost: x\r\n"
	post = "POST /api/transfers/create HTTP/1.1\r\nHost: x\r\nX-Sgraph-Access-Token: {token}\r\n"

	// hidden is what smuggling would have answered.
	hidden = "GET /info/version HTTP/1.1\r\nHost: x\r\n\r\n" // 39 bytes
)

func chunked(body string, headers ...string) string {
	return get + strings.Join(append(headers, ""), "\r\n") + "Transfer-Encoding: chunked\r\n\r\n" + body
}

// attempts are all that is tried in bytes.
var attempts = []attempt{
	// Where a request ends.
	{topic: "smuggling", name: "a length and chunks, of which the chunks end first (CL.TE)",
		sent:   get + "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, // 5 and 39
		answer: "200, closed", framing: true},
	{topic: "smuggling", name: "chunks and a length that ends first (TE.CL)",
		sent:   get + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n27\r\n" + hidden + "\r\n0\r\n\r\n",
		answer: "200, closed", framing: true},
	{topic: "smuggling", name: "two lengths that differ",
		sent: get + "Content-Length: 0\r\nContent-Length: 39\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "two lengths in one line",
		sent: get + "Content-Length: 0, 39\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "the same length twice",
		sent: get + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", answer: "200, honest", framing: true},
	{topic: "smuggling", name: "a length with a sign",
		sent: get + "Content-Length: +39\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a length below nothing",
		sent: get + "Content-Length: -1\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a length in hexadecimal",
		sent: get + "Content-Length: 0x27\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a length beyond 64 bits",
		sent: get + "Content-Length: 18446744073709551616\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a space before the colon of the length",
		sent: get + "Content-Length : 39\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a space before the colon of the encoding",
		sent: get + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "smuggling", name: "an encoding that is not known",
		sent: get + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", answer: "501, closed", framing: true},
	{topic: "smuggling", name: "an encoding beside chunks",
		sent: get + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", answer: "501, closed", framing: true},
	{topic: "smuggling", name: "chunks and then identity",
		sent:   get + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		answer: "501, closed", framing: true},
	{topic: "smuggling", name: "an encoding after a vertical tab",
		sent: get + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "smuggling", name: "an encoding in quotes",
		sent: get + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", answer: "501, closed", framing: true},
	{topic: "smuggling", name: "an encoding on a folded line",
		sent: get + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", answer: "200, closed", framing: true},
	{topic: "smuggling", name: "chunks in HTTP/1.0",
		sent:   "POST /info/health HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n",
		answer: "405, closed", framing: true},
	{topic: "smuggling", name: "a body of a request that has none to have",
		sent: get + "Content-Length: 39\r\n\r\n" + hidden, answer: "200, honest", framing: true},
	{topic: "smuggling", name: "lines that end with LF alone",
		sent: strings.ReplaceAll(get+"\r\n", "\r\n", "\n"), answer: "200, honest", framing: true},
	{topic: "smuggling", name: "lines that end with CR alone",
		sent: strings.ReplaceAll(get+"\r\n", "\r\n", "\r"), answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a CR within a header",
		sent: get + "X-A: b\rContent-Length: 39\r\n\r\n" + hidden, answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a NUL within a header",
		sent: get + "X-A: b\x00c\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a header without a name", sent: get + ": b\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a header without a colon", sent: get + "Nothing\r\n\r\n",
		answer: "400, closed", framing: true},
	{topic: "smuggling", name: "a first header that is folded",
		sent: "GET /info/health HTTP/1.1\r\n Host: x\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "smuggling", name: "an upgrade to HTTP/2 in the clear",
		sent:   get + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
		answer: "200, honest", framing: true},
	{topic: "smuggling", name: "the preface of HTTP/2", ends: true,
		sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", answer: "404, closed", framing: true},
	{topic: "smuggling", name: "the beginning of TLS", ends: true,
		sent: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", answer: "400, closed", framing: true},

	// Chunks that lie.
	{topic: "chunks", name: "a size that is no number", sent: chunked("zz\r\n"), answer: "200, closed", framing: true},
	{topic: "chunks", name: "a size below nothing", sent: chunked("-1\r\n\r\n"), answer: "200, closed", framing: true},
	{topic: "chunks", name: "a size beyond 64 bits", sent: chunked("fffffffffffffffff\r\n"),
		answer: "200, closed", framing: true},
	{topic: "chunks", name: "more than its size says", sent: chunked("1\r\nabc\r\n0\r\n\r\n"),
		answer: "200, closed", framing: true},
	{topic: "chunks", name: "less than its size says, and then the end", ends: true,
		sent:   post + "Transfer-Encoding: chunked\r\n\r\n10\r\n{}\r\n",
		answer: "400, closed", admin: "404, closed", framing: true},
	{topic: "chunks", name: "no last chunk, and then the end", ends: true,
		sent:   post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
		answer: "400, closed", admin: "404, closed", framing: true},
	{topic: "chunks", name: "a length that does not come, and then the end", ends: true,
		sent: post + "Content-Length: 1000\r\n\r\n{}", answer: "400, closed", admin: "404, closed", framing: true},
	{topic: "chunks", name: "an extension of 64 KiB",
		sent: chunked("1;a=" + strings.Repeat("b", 64<<10) + "\r\nx\r\n0\r\n\r\n"), answer: "200, closed", framing: true},
	{topic: "chunks", name: "a trailer that names a token",
		sent: post2("Transfer-Encoding: chunked\r\nTrailer: X-Sgraph-Access-Token\r\n\r\n" +
			"2\r\n{}\r\n0\r\nX-Sgraph-Access-Token: {token}\r\n\r\n"), of: wire.User, answer: "401, closed", framing: true},
	{topic: "chunks", name: "a trailer that nobody announced, with a length",
		sent: chunked("0\r\nContent-Length: 39\r\n\r\n"), answer: "200, closed", framing: true},
	{topic: "chunks", name: "trailers of 64 KiB", ends: true,
		sent:   chunked("0\r\n" + strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 64) + "\r\n"),
		answer: "200, closed", framing: true},

	// The first line, and headers.
	{topic: "request line", name: "nothing but an empty line", sent: "\r\n", answer: "400, closed", framing: true},
	{topic: "request line", name: "no version", sent: "GET /info/health\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "request line", name: "HTTP/9.9", sent: "GET /info/health HTTP/9.9\r\nHost: x\r\n\r\n",
		answer: "505, closed", framing: true},
	{topic: "request line", name: "two spaces", sent: "GET  /info/health HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "400, closed", framing: true},
	{topic: "request line", name: "a method that is none", sent: "G@T /info/health HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "400, closed", framing: true},
	{topic: "request line", name: "a method that nobody knows", sent: "BREW /info/health HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "405, honest"},
	{topic: "request line", name: "TRACE", sent: "TRACE / HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\n\r\n",
		answer: "405, honest"},
	{topic: "request line", name: "CONNECT to elsewhere",
		sent: "CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n", answer: "405, honest", framing: true},
	{topic: "request line", name: "a whole URL of elsewhere",
		sent:   "GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "200, honest", admin: "307, honest", framing: true},
	{topic: "request line", name: "a whole URL, and a path that is not there",
		sent: "GET http://x/nothing/there HTTP/1.1\r\nHost: x\r\n\r\n", answer: "404, honest", framing: true},
	{topic: "request line", name: "an authority as the path", sent: "GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "200, honest", admin: "307, honest", framing: true},
	{topic: "request line", name: "an asterisk", sent: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		answer: "404, honest", framing: true},
	{topic: "request line", name: "a path without a slash",
		sent: "GET info/health HTTP/1.1\r\nHost: x\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "request line", name: "a path of 64 KiB",
		sent: "GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", answer: "431, closed", framing: true},
	{topic: "headers", name: "no host", sent: "GET /info/health HTTP/1.1\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "headers", name: "two hosts", sent: get + "Host: y\r\n\r\n", answer: "400, closed", framing: true},
	{topic: "headers", name: "a host with a path", sent: "GET /info/health HTTP/1.1\r\nHost: x/y\r\n\r\n",
		answer: "400, closed", framing: true},
	{topic: "headers", name: "a host of elsewhere",
		sent: "GET /api/docs HTTP/1.1\r\nHost: other.example\r\n\r\n", of: wire.User,
		answer: "200, honest"},
	{topic: "headers", name: "a forwarded host of elsewhere",
		sent:   "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: other.example\r\nForwarded: host=other.example\r\n\r\n",
		answer: "200, honest", admin: "307, honest"},
	{topic: "headers", name: "one of 64 KiB",
		sent: get + "X-A: " + strings.Repeat("b", 64<<10) + "\r\n\r\n", answer: "431, closed", framing: true},
	{topic: "headers", name: "ten thousand of them",
		sent: get + strings.Repeat("X-A: bcde\r\n", 10000) + "\r\n", answer: "431, closed", framing: true},
	{topic: "headers", name: "a request ID that would write a line of the log",
		sent: get + "X-Request-Id: a\"}\\n{\"level\":\"ERROR\r\n\r\n", answer: "200, honest"},
	{topic: "headers", name: "an expectation that nobody knows", sent: get + "Expect: 200-maybe\r\n\r\n",
		answer: "417, closed", framing: true},
	{topic: "headers", name: "a path that would be split into headers",
		sent: "GET /d/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n\r\n", answer: "200, honest", admin: "404, honest"},
	{topic: "headers", name: "another method, by the header for it",
		sent: get + "X-HTTP-Method-Override: DELETE\r\n\r\n", answer: "200, honest"},
	{topic: "headers", name: "a range that overlaps itself a thousand times",
		sent: "GET /api/transfers/download/{sent} HTTP/1.1\r\nHost: x\r\nRange: bytes=" +
			strings.Repeat("0-,", 1000) + "0-\r\n\r\n", of: wire.User, answer: "200, honest"},
}

// post2 creates a transfer with no token among its headers.
func post2(rest string) string { return "POST /api/transfers/create HTTP/1.1\r\nHost: x\r\n" + rest }

// path is an attempt at a path.
func path(name, at, answer string) attempt {
	return attempt{topic: "paths", name: name, sent: "GET " + at + " HTTP/1.1\r\nHost: x\r\n\r\n", answer: answer}
}

func of(service wire.Service, a attempt) attempt { a.of = service; return a }

func init() {
	attempts = append(attempts,
		path("dots", "/../../../../etc/passwd", "404, honest"),
		path("dots, encoded", "/%2e%2e/%2e%2e/etc/passwd", "404, honest"),
		path("dots, encoded twice", "/%252e%252e/%252e%252e/etc/passwd", "404, honest"),
		path("slashes, encoded", "/..%2f..%2fetc%2fpasswd", "404, honest"),
		path("backslashes", `/..\..\etc\passwd`, "404, honest"),
		path("backslashes, encoded", "/..%5c..%5cetc%5cpasswd", "404, honest"),
		path("slashes as overlong UTF-8", "/..%c0%af..%c0%afetc%c0%afpasswd", "404, honest"),
		path("bytes that are no UTF-8", "/%ff%fe", "404, honest"),
		path("a NUL", "/index.html%00.js", "404, honest"),
		path("half an escape", "/%2", "400, closed"),
		path("an escape that is none", "/%zz", "400, closed"),
		path("two slashes", "//other.example/", "404, honest"),
		path("a name in other letters", "/INFO/HEALTH", "404, honest"),
		path("a slash after it", "/info/health/", "404, honest"),
		path("a path parameter", "/info/health;a=b", "404, honest"),
		path("a folder of assets", "/assets/", "404, honest"),
		path("the folder above the assets", "/assets/../index.html", "404, honest"),
		path("the folder of git", "/.git/config", "404, honest"),
		path("what is kept beside it", "/data/ledger.db", "404, honest"),
		of(wire.User, path("a transfer that climbs", "/api/transfers/info/..%2f..%2f{sent}", "404, honest")),
		of(wire.User, path("a transfer with a NUL", "/api/transfers/info/{sent}%00", "200, honest")),
		of(wire.User, path("a transfer in capitals", "/api/transfers/info/{SENT}", "404, honest")),
		of(wire.User, path("a link with another signature", "/api/presigned/bytes/AAAA", "403, honest")),
		of(wire.Admin, path("private, behind dots", "/info/../tokens/list", "404, honest")),
		of(wire.Admin, path("private, behind encoded dots", "/info/%2e%2e/tokens/list", "404, honest")),
		of(wire.Admin, path("private, in other letters", "/Tokens/List", "404, honest")),
		of(wire.Admin, path("private, with a slash after it", "/tokens/list/", "404, honest")),
		of(wire.Admin, path("private, behind two slashes", "//tokens/list", "404, honest")),
		of(wire.Admin, path("private, with a parameter", "/tokens/list;x.css", "404, honest")),
	)
	attempts = append(attempts, cookies...)
	attempts = append(attempts, crossSite...)
	attempts = append(attempts, signIns...)
	attempts = append(attempts, shared...)
}

// byCookie is an attempt at what only a session may have.
func byCookie(name, cookie, answer string) attempt {
	return attempt{topic: "cookies", name: name, of: wire.Admin,
		sent: "GET /tokens/list HTTP/1.1\r\nHost: x\r\n" + cookie + "\r\n", answer: answer}
}

var cookies = []attempt{
	byCookie("the session's", "Cookie: {cookie}\r\n", "200, honest"),
	byCookie("the session's and a forged one", "Cookie: {cookie}; {name}=AAAA\r\n", "200, honest"),
	byCookie("a forged one and the session's", "Cookie: {name}=AAAA; {cookie}\r\n", "401, honest"),
	byCookie("the session's in two headers", "Cookie: a=b\r\nCookie: {cookie}\r\n", "200, honest"),
	byCookie("in quotes", "Cookie: {name}=\"{value}\"\r\n", "200, honest"),
	byCookie("cut short", "Cookie: {cookie-cut}\r\n", "401, honest"),
	byCookie("with a letter more", "Cookie: {cookie}A\r\n", "401, honest"),
	byCookie("under a prefixed name", "Cookie: __Host-{name}={value}\r\n", "401, honest"),
	byCookie("under the name in capitals", "Cookie: {NAME}={value}\r\n", "401, honest"),
	byCookie("as another cookie's value", "Cookie: a={name}={value}\r\n", "401, honest"),
	byCookie("behind a comma", "Cookie: a=b,{cookie}\r\n", "401, honest"),
	byCookie("of 16 KiB", "Cookie: {name}="+strings.Repeat("A", 16<<10)+"\r\n", "401, honest"),
	byCookie("a thousand of them", "Cookie: "+strings.Repeat("{name}=A; ", 1000)+"\r\n", "401, honest"),
	byCookie("a wrong key beside the session's", "Cookie: {cookie}\r\nX-Api-Key: wrong\r\n", "401, honest"),
	byCookie("the key as a cookie", "Cookie: x-api-key={key}\r\n", "401, honest"),
}

// changing has a browser that has a session create a token, for another site's page.
func changing(name, headers, answer string) attempt {
	const body = `{"token_name":"forged"}`
	return attempt{topic: "other sites", name: name, of: wire.Admin, answer: answer,
		sent: "POST /tokens/create HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n" + headers +
			"Content-Length: 23\r\n\r\n" + body}
}

// preflight asks what another site's page may do.
func preflight(name string, service wire.Service, path, answer string) attempt {
	return attempt{topic: "other sites", name: name, of: service, answer: answer,
		sent: "OPTIONS " + path + " HTTP/1.1\r\nHost: x\r\nOrigin: https://other.example\r\n" +
			"Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-api-key\r\n\r\n"}
}

var crossSite = []attempt{
	{topic: "other sites", name: "none: the console itself", of: wire.Admin, answer: "200, honest",
		sent: "POST /tokens/create HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nOrigin: http://x\r\n" +
			"Sec-Fetch-Site: same-origin\r\nContent-Length: 2\r\n\r\n{}"},
	changing("a form of theirs", "Origin: https://other.example\r\nSec-Fetch-Site: cross-site\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\n", "403, honest"),
	changing("JSON as text/plain, which needs no preflight",
		"Origin: https://other.example\r\nSec-Fetch-Site: cross-site\r\nContent-Type: text/plain\r\n", "403, honest"),
	changing("from a browser that says only where from", "Origin: https://other.example\r\n", "403, honest"),
	changing("from an origin that is null", "Origin: null\r\n", "403, honest"),
	changing("from the same host by plain HTTP and another port", "Origin: http://x:81\r\n", "403, honest"),
	changing("from a sister site", "Sec-Fetch-Site: same-site\r\n", "403, honest"),
	changing("from a name that begins with ours", "Origin: http://x.other.example\r\n", "403, honest"),
	{topic: "other sites", name: "logging somebody in", of: wire.Admin, answer: "403, honest",
		sent: "POST /auth/login HTTP/1.1\r\nHost: x\r\nOrigin: https://other.example\r\nSec-Fetch-Site: cross-site\r\n" +
			"Content-Length: 34\r\n\r\n{\"api_key\":\"{key}\"}"},
	{topic: "other sites", name: "logging somebody out", of: wire.Admin, answer: "403, honest",
		sent: "POST /auth/logout HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nOrigin: https://other.example\r\n" +
			"Content-Length: 0\r\n\r\n"},
	{topic: "other sites", name: "beginning to sign somebody in", of: wire.Admin, answer: "403, honest",
		sent: "POST /auth/sso HTTP/1.1\r\nHost: x\r\nOrigin: https://other.example\r\nSec-Fetch-Site: cross-site\r\n" +
			"Content-Length: 0\r\n\r\n"},
	{topic: "other sites", name: "the secret that a webhook's messages are signed with", of: wire.Admin,
		answer: "403, honest",
		sent: "POST /webhook/reveal HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nOrigin: https://other.example\r\n" +
			"Content-Length: 0\r\n\r\n"},
	{topic: "other sites", name: "the list of tokens, for a script of theirs", of: wire.Admin, answer: "200, honest",
		sent: "GET /tokens/list HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nOrigin: https://other.example\r\n" +
			"Sec-Fetch-Site: cross-site\r\n\r\n"},
	preflight("what may be done at the admin service", wire.Admin, "/tokens/create", "405, honest"),
	preflight("what may be done at the user service", wire.User, "/api/transfers/create", "405, honest"),
}

// back is an attempt at where a provider of single sign-on leads people back to: who
// comes in leads on with a session.
func back(name, query, headers string) attempt {
	return attempt{topic: "sign-in", name: name, of: wire.Admin, answer: "303, honest",
		sent: "GET /auth/sso/callback" + query + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n"}
}

var signIns = []attempt{
	back("a way back that nobody began", "?code=a&state=b", ""),
	back("with nothing at all", "", ""),
	back("a forged attempt", "?code=a&state=b", "Cookie: {name}-sign-on=AAAA\r\n"),
	back("a session's cookie as the attempt's", "?code=a&state=b", "Cookie: {name}-sign-on={value}\r\n"),
	back("an attempt of 16 KiB", "?code=a&state=b", "Cookie: {name}-sign-on="+strings.Repeat("A", 16<<10)+"\r\n"),
	back("code and state twice", "?code=a&code=b&state=a&state=b", "Cookie: {name}-sign-on=AAAA\r\n"),
	back("an error that would write a header", "?error=%0d%0aSet-Cookie:%20a=b&state=b",
		"Cookie: {name}-sign-on=AAAA\r\n"),
	back("a way on to elsewhere", "?next=https://other.example/&return_to=//other.example",
		"X-Forwarded-Host: other.example\r\n"),
	back("a code of 32 KiB", "?code="+strings.Repeat("a", 32<<10), ""),
	back("from another site, by somebody who has a session", "?code=a&state=b",
		"Cookie: {cookie}\r\nOrigin: https://other.example\r\nSec-Fetch-Site: cross-site\r\n"),
	{topic: "sign-in", name: "the way back, as a form", of: wire.Admin, answer: "405, honest",
		sent: "POST /auth/sso/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\ncode=a&state=b"},
}

const shares = "POST /share/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"

// shared are attempts at what came after sending and receiving.
var shared = []attempt{
	{topic: "share target", name: "what another app shares, where no worker took it", of: wire.User,
		sent: shares + "Content-Length: 10\r\n\r\n--b--\r\n\r\n\r\n", answer: "303, closed"},
	{topic: "share target", name: "what is longer than it says", of: wire.User, framing: true,
		sent: shares + "Content-Length: 0\r\n\r\n" + hidden, answer: "303, closed"},
	{topic: "share target", name: "what does not end", of: wire.User, framing: true, ends: true,
		sent: shares + "Content-Length: 1000\r\n\r\n--b\r\n", answer: "303, closed"},
	{topic: "share target", name: "what is read there", of: wire.User, answer: "404, honest",
		sent: "GET /share/ HTTP/1.1\r\nHost: x\r\n\r\n"},
	of(wire.User, path("an invitation whose # is encoded", "/%23invite/{token}", "404, honest")),
	of(wire.User, path("a request whose # is encoded", "/r/%23000000000000/AAAA", "404, honest")),
	of(wire.User, path("a request that climbs", "/api/requests/info/..%2f..%2fledger", "404, honest")),
	{topic: "requests", name: "what a request grants, made up", of: wire.User, answer: "401, honest",
		sent: post2("X-Sgraph-Access-Token: request.000000000000." + strings.Repeat("A", 43) + "\r\n" +
			"Content-Length: 2\r\n\r\n{}")},
	{topic: "requests", name: "its secret, guessed", of: wire.User, answer: "404, honest",
		sent: "DELETE /api/requests/delete/000000000000 HTTP/1.1\r\nHost: x\r\n" +
			"X-Sgraph-Request-Auth: guessed\r\n\r\n"},
	{topic: "description", name: "one of elsewhere, for the page that shows it", answer: "200, honest",
		sent: "GET /api/docs?url=https://other.example/openapi.json&configUrl=//other.example HTTP/1.1\r\nHost: x\r\n\r\n"},
	{topic: "description", name: "where it was, by a host of elsewhere", answer: "308, honest",
		sent: "GET /docs HTTP/1.1\r\nHost: other.example\r\nX-Forwarded-Host: other.example\r\n\r\n"},
	{topic: "description", name: "for a script of another site", answer: "200, honest",
		sent: "GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nOrigin: https://other.example\r\n\r\n"},
}
