package traffic

import "math/rand/v2"

// Fault is what happens to a request.
type Fault string

// The faults.
const (
	None       Fault = ""
	Slow       Fault = "it is slow"
	LostBefore Fault = "the line is lost before" // it is reset
	LostAfter  Fault = "the line is lost after"  // what was asked for is done, and nobody is told
	LostWrite  Fault = "the line is lost after a conditional write"
	Error500   Fault = "500"
	Error503   Fault = "503"
	Error429   Fault = "429"
	TurnedAway Fault = "it is turned away" // in the way of the service that is asked
	CutRequest Fault = "the request is cut"
	CutAnswer  Fault = "the answer is cut"
	WrongClock Fault = "the clock is wrong"
	Unanswered Fault = "it is not answered" // until who asks gives up
)

// OfAWS are those that requests to S3 and DynamoDB meet.
var OfAWS = []Fault{
	Slow, LostBefore, LostAfter, LostWrite, Error500, Error503, Error429, TurnedAway, CutRequest, CutAnswer, WrongClock,
}

// OfAdmin are those that requests to an admin service meet that is not there, or not quite.
var OfAdmin = []Fault{LostBefore, LostAfter, Error500, Error503, Error429, CutRequest, CutAnswer}

// fate is what the nth request meets where one of so many meets a fault, and how much of it: nothing but the seed
// and the number says so. Which request comes as the nth is up to those who ask.
func fate(seed, n uint64, often int64, faults []Fault) (fault Fault, share float64) {
	chance := rand.New(rand.NewPCG(seed, n))
	if often == 0 || chance.Int64N(often) > 0 {
		return None, 0
	}
	return faults[chance.IntN(len(faults))], chance.Float64()
}
