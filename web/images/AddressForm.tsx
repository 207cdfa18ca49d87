// SPDX-License-Identifier: BSD-2-Clause
/** Opens an image on a web server, without fetching all of it. */
import { useState } from 'react';
import { useSystem } from '../system_context';

export default function AddressForm() {
  const system = useSystem();
  const [address, setAddress] = useState('');
  return (
    <form
      className="address"
      onSubmit={(event) => {
        event.preventDefault();
        if (address.trim() === '') return;
        void system.images?.addUrl(address.trim());
        setAddress('');
      }}
    >
      <input
        type="text"
        inputMode="url"
        aria-label="Address of an image"
        placeholder="https://… image on a server"
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
      <button type="submit" className="button">
        Open
      </button>
    </form>
  );
}
