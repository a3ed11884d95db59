// Package table names what a DynamoDB table must have to keep the ledger.
package table

// The attributes that the table itself is told of.
const (
	PartitionKey = "pk"  // string: a record's set
	SortKey      = "sk"  // string: its ID in the set
	TimeToLive   = "ttl" // number: when the record may be forgotten, in seconds since 1970
)
