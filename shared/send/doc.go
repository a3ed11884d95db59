// Package send is the domain of SGraph Send: transfers, the tokens that allow
// sending, and the rules both obey.
//
// It knows no HTTP, no AWS and no file system. What it needs from outside are
// three small interfaces, each with its error contract written on it:
//
//   - [Ledger] keeps every record that changes under concurrency and decides
//     every limit with one conditional write;
//   - [Store] keeps bytes that never change once they are whole;
//   - [Gate] says who may send.
//
// All errors that leave this package, or an adapter of it, are an [*Error] with
// a [Code]; anything else is [Internal]. The HTTP layer maps codes to statuses
// in one place.
package send
