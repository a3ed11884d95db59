// Package metric is what the services count, and how the counts leave.
//
// Code that does something worth counting calls [Count] with its context. Where
// the context is that of a request, or of other work that was begun by [Begin],
// the counts are gathered and leave together when the work ends: on Lambda in
// the very line of the log that tells of it, in CloudWatch's embedded metric
// format, which costs no call; on servers to a [Registry]. Anywhere else they
// are dropped. Work that counts nothing pays nothing.
package metric
