import type { RP2040 } from "rp2040js"

/**
 * The registers by which the two cores of an RP2040 talk, as the first sees them while the second waits: rp2040js has one core and not
 * these. `crash` is called when the first one says something. Source: RP2040 datasheet, 2.3.1.4, "Inter-processor FIFOs (Mailboxes)".
 */
export const installSioFifo = ({ sio }: RP2040, crash: (detail: string) => void): void => {
  const [read, write] = [sio.readUint32.bind(sio), sio.writeUint32.bind(sio)]
  sio.readUint32 = (offset) => offset === FIFO_ST ? READY : offset === FIFO_RD ? 0 : read(offset)
  sio.writeUint32 = (offset, value) => {
    if (offset === FIFO_WR) crash("it calls its second core, which rp2040js does not have")
    // Writing there takes errors back.
    else if (offset !== FIFO_ST) write(offset, value)
  }
}

const FIFO_ST = 0x50
const FIFO_WR = 0x54
const FIFO_RD = 0x58
/** There is room, and nothing to read. */
const READY = 0x2
