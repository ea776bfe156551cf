// Three hashicorp/raft members in one process over InmemTransport.
// In memory: InmemStore. -durable: raft-boltdb (a bolt transaction, with its
// fdatasyncs, for every batch of log entries).
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"io/ioutil"
	"math/rand"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	pbch "peerbench"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb"
)

var maxAppend = flag.Int("max-append", 64, "MaxAppendEntries (64 is the library's default, 1024 its limit)")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type fsm struct {
	count uint64
	sum   uint32
}

func (f *fsm) Apply(l *raft.Log) interface{} {
	f.count++
	f.sum = crc32.Update(f.sum, castagnoli, l.Data)
	return nil
}
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) { return nil, fmt.Errorf("none") }
func (f *fsm) Restore(io.ReadCloser) error         { return fmt.Errorf("none") }

func main() {
	o := pbch.Flags()
	dir := filepath.Join(o.Dir, fmt.Sprintf("hashicorp-%d", os.Getpid()))
	if o.Durable {
		os.MkdirAll(dir, 0755)
		defer os.RemoveAll(dir)
	}
	var trans []*raft.InmemTransport
	var servers []raft.Server
	for i := 0; i < 3; i++ {
		a, t := raft.NewInmemTransportWithTimeout(raft.ServerAddress(fmt.Sprint("n", i)), 5*time.Second)
		trans = append(trans, t)
		servers = append(servers, raft.Server{ID: raft.ServerID(fmt.Sprint("n", i)), Address: a})
	}
	for i, t := range trans {
		for j, u := range trans {
			if i != j {
				t.Connect(servers[j].Address, u)
			}
		}
	}
	var nodes []*raft.Raft
	var fsms []*fsm
	for i := range trans {
		c := raft.DefaultConfig()
		c.LocalID = servers[i].ID
		c.MaxAppendEntries = *maxAppend
		c.Logger = hclog.New(&hclog.LoggerOptions{Output: ioutil.Discard, Level: hclog.Error})
		f := &fsm{}
		fsms = append(fsms, f)
		var ls raft.LogStore
		var ss raft.StableStore
		if o.Durable {
			b, err := raftboltdb.NewBoltStore(filepath.Join(dir, fmt.Sprint(i, ".db")))
			if err != nil {
				panic(err)
			}
			ls, ss = b, b
		} else {
			m := raft.NewInmemStore()
			ls, ss = m, m
		}
		snaps := raft.NewDiscardSnapshotStore()
		if err := raft.BootstrapCluster(c, ls, ss, snaps, trans[i], raft.Configuration{Servers: servers}); err != nil {
			panic(err)
		}
		r, err := raft.NewRaft(c, f, ls, ss, snaps, trans[i])
		if err != nil {
			panic(err)
		}
		nodes = append(nodes, r)
	}
	var lead *raft.Raft
	for lead == nil {
		time.Sleep(50 * time.Millisecond)
		for _, r := range nodes {
			if r.State() == raft.Leader {
				lead = r
			}
		}
	}
	time.Sleep(500 * time.Millisecond)
	rnd := make([]byte, o.Payload)
	rand.Read(rnd)
	var seq uint64
	w := pbch.NewWindow(o)
	var wg sync.WaitGroup
	for s := 0; s < o.Outstanding; s++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var l pbch.Lat
			for {
				t := time.Now()
				if !t.Before(w.To) {
					break
				}
				b := make([]byte, o.Payload)
				copy(b, rnd)
				binary.LittleEndian.PutUint64(b[8:], atomic.AddUint64(&seq, 1))
				if err := lead.Apply(b, 0).Error(); err != nil {
					panic(err)
				}
				l.Add(w, t, time.Now())
			}
			w.Merge(&l)
		}()
	}
	wg.Wait()
	// how far the slowest member is behind when the load stops: a commit needs only two
	endLag := uint64(0)
	for _, r := range nodes {
		if d := lead.LastIndex() - r.AppliedIndex(); d > endLag {
			endLag = d
		}
	}
	// let the followers catch up before comparing what each applied
	for i := 0; i < 200; i++ {
		li := lead.LastIndex()
		if nodes[0].AppliedIndex() >= li && nodes[1].AppliedIndex() >= li && nodes[2].AppliedIndex() >= li {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	for _, r := range nodes {
		r.Shutdown().Error()
	}
	same := true
	for _, f := range fsms {
		same = same && f.sum == fsms[0].sum && f.count == seq
	}
	w.Report("hashicorp/raft", o, map[string]interface{}{"verified": same, "lag": endLag, "maxAppend": *maxAppend})
}
