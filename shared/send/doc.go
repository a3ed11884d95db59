// Package send is the domain of SGraph Send: transfers, the tokens that allow
// sending, and the rules both obey.
//
// It knows no HTTP, no AWS and no file system. What it needs from outside are
// four small interfaces, each with its error contract written on it:
//
//   - [Ledger] keeps every record that changes under concurrency and decides
//     every limit with one conditional write;
//   - [Store] keeps bytes that never change once they are whole;
//   - [Links] makes URLs by which clients reach those bytes directly;
//   - [Gate] says who may send.
//
// An error that leaves this package, or an adapter of it, is an [*Error] with a
// [Code]. There are two exceptions: [ErrRepeated] is an outcome of [Ledger.Spend]
// that callers tell from the others, and an error of a body that is being read
// passes as it is. What is neither counts as [Internal]. The HTTP layer maps
// codes to statuses in one place.
package send
