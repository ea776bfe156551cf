// Package peerbench holds what the programs that drive Go libraries share: flags,
// the latency record of a closed loop, CPU accounting and the JSON result line,
// whose keys are those of `kontiki bench --json`.
package peerbench

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Opts are the options of every program.
type Opts struct {
	Payload, Outstanding int
	Durable              bool
	Warm, Dur            time.Duration
	Dir                  string
}

// Flags registers the common flags and parses the command line.
func Flags() *Opts {
	o := &Opts{}
	flag.IntVar(&o.Payload, "payload", 100, "bytes per command (>= 16)")
	flag.IntVar(&o.Outstanding, "outstanding", 64, "proposals kept in flight")
	flag.BoolVar(&o.Durable, "durable", false, "fsync every log batch")
	flag.DurationVar(&o.Warm, "warm", time.Second, "warm-up")
	flag.DurationVar(&o.Dur, "dur", 3*time.Second, "measured time")
	flag.StringVar(&o.Dir, "dir", os.TempDir(), "directory for logs")
	flag.Parse()
	return o
}

// CPU returns user+system seconds of this process.
func CPU() float64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

// MachineCPU returns busy (user+nice+system+irq+softirq) seconds of the machine.
func MachineCPU() float64 {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Scan()
	v := strings.Fields(s.Text())
	var t float64
	for _, i := range []int{1, 2, 3, 6, 7} {
		x, _ := strconv.ParseFloat(v[i], 64)
		t += x
	}
	return t / 100
}

// Window collects completions that fall inside the measured interval.
type Window struct {
	mu         sync.Mutex
	From, To   time.Time
	lat        []uint32 // ns, capped
	cpu0, mac0 float64
	cpu1, mac1 float64
}

// NewWindow starts the clock: warm-up now, then the measured interval.
func NewWindow(o *Opts) *Window {
	w := &Window{lat: make([]uint32, 0, 1<<22)}
	w.From = time.Now().Add(o.Warm)
	w.To = w.From.Add(o.Dur)
	go func() {
		time.Sleep(time.Until(w.From))
		c, m := CPU(), MachineCPU()
		time.Sleep(time.Until(w.To))
		c1, m1 := CPU(), MachineCPU()
		w.mu.Lock()
		w.cpu0, w.mac0, w.cpu1, w.mac1 = c, m, c1, m1
		w.mu.Unlock()
	}()
	return w
}

// Lat is a private latency record for one client goroutine; merge it at the end.
type Lat struct{ v []uint32 }

// Add records one completion if it falls inside w.
func (l *Lat) Add(w *Window, start, now time.Time) {
	if now.Before(w.From) || !now.Before(w.To) {
		return
	}
	d := now.Sub(start)
	if d > 4*time.Second {
		d = 4 * time.Second
	}
	l.v = append(l.v, uint32(d))
}

// Merge folds a private record in.
func (w *Window) Merge(l *Lat) {
	w.mu.Lock()
	w.lat = append(w.lat, l.v...)
	w.mu.Unlock()
}

// Report prints the JSON line.
func (w *Window) Report(peer string, o *Opts, extra map[string]interface{}) {
	time.Sleep(50 * time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	sort.Slice(w.lat, func(i, j int) bool { return w.lat[i] < w.lat[j] })
	q := func(p float64) float64 {
		if len(w.lat) == 0 {
			return 0
		}
		i := int(p * float64(len(w.lat)))
		if i >= len(w.lat) {
			i = len(w.lat) - 1
		}
		return float64(w.lat[i]/100) / 10
	}
	m := map[string]interface{}{
		"peer": peer, "durable": o.Durable, "payload": o.Payload, "outstanding": o.Outstanding,
		"opsPerSecond": float64(int(float64(len(w.lat)) / w.To.Sub(w.From).Seconds())),
		"p50Us":        q(.5), "p99Us": q(.99), "maxUs": q(1),
		"cpuSeconds": r2(w.cpu1 - w.cpu0), "otherCpuSeconds": r2(w.mac1 - w.mac0 - (w.cpu1 - w.cpu0)),
		"seconds": w.To.Sub(w.From).Seconds(),
	}
	for k, v := range extra {
		m[k] = v
	}
	b, _ := json.Marshal(m)
	fmt.Println(string(b))
}

func r2(x float64) float64 { return float64(int(x*100+.5)) / 100 }

// Mailbox is an unbounded queue handed over in batches.
type Mailbox[T any] struct {
	mu  sync.Mutex
	q   []T
	Sig chan struct{}
}

// NewMailbox makes an empty one.
func NewMailbox[T any]() *Mailbox[T] { return &Mailbox[T]{Sig: make(chan struct{}, 1)} }

// Put appends and wakes the owner.
func (m *Mailbox[T]) Put(xs ...T) {
	m.mu.Lock()
	m.q = append(m.q, xs...)
	m.mu.Unlock()
	select {
	case m.Sig <- struct{}{}:
	default:
	}
}

// Take swaps the filled queue for the (emptied) one given.
func (m *Mailbox[T]) Take(empty []T) []T {
	m.mu.Lock()
	q := m.q
	m.q = empty[:0]
	m.mu.Unlock()
	return q
}
