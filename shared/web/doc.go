// Package web is what both services put around their routes: request ids,
// recovery, the request log, security headers, CORS, rate limits, the one
// mapping from error codes to statuses, and a server with sane limits.
//
// A service registers its routes on a router and calls [Settings.Wrap]. A
// route is a [HandlerFunc] that returns its error; [Handle] answers it.
//
// Everything that is known of a request while it is served is kept in one
// value, which is the request's context and the reply's writer at once: so
// either of them leads to it, and a request costs few allocations. The writer
// keeps io.ReaderFrom, so that a file still leaves by sendfile.
package web
