// Package pipelines runs the repository's workflows by act (tools/act), on the
// machine itself, without containers, and asserts what GitHub and AWS hold
// afterwards.
//
// # What is real
//
// The workflows, composite actions and scripts of this repository, as they stand in
// the working tree; git, with its pushes; the Go builds; pulumi, against a simulated
// AWS that runs what is deployed. The tested repository differs from this one by a
// few pieces (stubs, checkIn): its tests are a script that passes, since they are what
// runs this; known vulnerabilities are not looked for, since that asks the network; and
// the services are built for this machine's processor, and sgsend for Linux, alone.
//
// # What stands in
//
// Actions from elsewhere are replaced by the folders of testdata/actions, which do what
// the real ones are documented to do. A pinned action that has none fails the test.
// [gitHub] stands in for GitHub: repositories and their API. Each job has a token of
// its own that may do what the job's permissions say.
//
// # What act does not do
//
// act knows neither environments nor concurrency groups, has one token and one set of
// secrets for a whole run, and ends a run as soon as a called workflow has failed. So
// the workflows are changed before it gets them (render): a job begins with a step in
// which GitHub admits it, when its group is free and its environment's rules are met,
// and ends with one that says so; secrets and variables are looked up in the job's
// environment first; a workflow that is called and has one job stands in the place of
// the call. Nothing else is changed.
//
// A run is cancelled as by a GitHub whose patience is over at once ([run.cancel]); act
// then calls the job a failure, where GitHub says that it was cancelled.
//
// What is left out: concurrency of whole workflows; a job that GitHub cancels before it
// begins fails here; schedules are started by hand.
//
// # To add a scenario
//
// Write a function of *testing.T and *world, and name it in scenarios. It makes a
// repository of its own ([world.repository]), gives it secrets, variables and
// environments, pushes commits ([repository.push]), and runs a workflow for an event
// ([repository.run], or start and later wait for run.ended). Afterwards it asks the run
// for the results, outputs and summaries of jobs, and the world for what is left. A
// scenario that fails shows the log of its runs.
//
// All are in one account of AWS: the stacks qa and prod are promotion's, whose steps
// share what was deployed, dev is trafficInSteps', and nobody else deploys to them.
package pipelines
